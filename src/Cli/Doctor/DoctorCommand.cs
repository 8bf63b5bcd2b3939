using Akashi.Supervisor;
using Akashi.Supervisor.Keep;

namespace Akashi.Cli.Doctor;

/// <summary><c>doctor</c>: every check in turn, each with what to do about it.</summary>
internal sealed class DoctorCommand(DataFolder data, TimeProvider clock, TextWriter output)
{
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        var config = ReadConfig(out var unreadable);
        var findings = new List<Finding>();
        if (unreadable is not null) findings.Add(unreadable);
        findings.AddRange(await ProgramChecks.RunAsync(cancellation));
        findings.Add(GlobalisationCheck.Run());
        findings.AddRange(await new ServiceChecks(data, config, clock).RunAsync(cancellation));
        findings.AddRange(await NameChecks.RunAsync(config.Hosts, cancellation));
        findings.AddRange(ClockChecks.Run());
        findings.AddRange(StorageChecks.Run(data, config));
        findings.Add(await DatabaseCheck.RunAsync(data, cancellation));
        findings.AddRange(AgentChecks.Run());
        foreach (var finding in findings) Write(finding);
        output.WriteLine();
        output.WriteLine(Words.Say(
            $"{Count(findings, Verdict.Ok)} ok, {Count(findings, Verdict.Warn)} to look at, {Count(findings, Verdict.Fail)} to mend.",
            $"正常 {Count(findings, Verdict.Ok)}、要確認 {Count(findings, Verdict.Warn)}、要対応 {Count(findings, Verdict.Fail)}。"));
        return Count(findings, Verdict.Fail) == 0 ? ExitCodes.Success : ExitCodes.Failure;
    }

    private ServiceConfig ReadConfig(out Finding? unreadable)
    {
        unreadable = null;
        try
        {
            return ServiceConfig.Read(data);
        }
        catch (Exception e) when (e is InvalidOperationException or UnauthorizedAccessException)
        {
            unreadable = Finding.Fail("config.json", e.Message, Words.Say("Run as the owner of the data folder, or mend the file.", "データフォルダーの所有者として実行するか、ファイルを直してください。"));
            return ServiceConfig.Default;
        }
    }

    private void Write(Finding finding)
    {
        var mark = finding.Verdict switch { Verdict.Ok => "ok  ", Verdict.Warn => "warn", _ => "FAIL" };
        output.WriteLine($"{mark}  {finding.Subject}: {Printable.Line(finding.Detail)}");
        if (finding.Advice is { } advice)
            foreach (var line in advice.Split('\n')) output.WriteLine("      " + line);
    }

    private static int Count(List<Finding> findings, Verdict verdict) => findings.Count(finding => finding.Verdict == verdict);
}
