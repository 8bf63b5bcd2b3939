using System.Globalization;
using Akashi.Platform.Audit;
using Akashi.Platform.Calendar;
using Akashi.Supervisor;

namespace Akashi.Cli.Audit;

/// <summary><c>audit verify FILE</c>: proves an export with nothing but the file, and says whose signature it is.</summary>
internal static class AuditVerifyCommand
{
    /// <param name="expectedKey">Fingerprint that must have signed; null leaves comparing to the reader.</param>
    public static async Task<int> RunAsync(string file, string? expectedKey, TextWriter output, CancellationToken cancellation)
    {
        AuditExportProof proof;
        try
        {
            await using var stream = File.OpenRead(file);
            proof = await AuditExportFile.VerifyAsync(stream, cancellation);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            throw new CommandFailure(ExitCodes.BadUsage, Words.Say($"'{file}' cannot be read: {e.Message}", $"'{file}' を読めません: {e.Message}"));
        }
        foreach (var finding in proof.Findings) output.WriteLine(Printable.Line(finding));
        if (proof.Sound && expectedKey is not null && !string.Equals(expectedKey.Trim(), proof.KeyFingerprint, StringComparison.OrdinalIgnoreCase))
        {
            output.WriteLine(Words.Say($"Signed by another key: {proof.KeyFingerprint}", $"別の鍵で署名されています: {proof.KeyFingerprint}"));
            return ExitCodes.Failure;
        }
        if (!proof.Sound)
        {
            output.WriteLine(Words.Say("audit verify: DAMAGED, see above", "audit verify: 改ざんまたは破損があります (上記)"));
            return ExitCodes.Failure;
        }
        WriteSummary(proof, expectedKey is not null, output);
        return ExitCodes.Success;
    }

    private static void WriteSummary(AuditExportProof proof, bool keyCompared, TextWriter output)
    {
        var signed = proof.Head!.SignedAt.ToOffset(JstDay.Offset).ToString("yyyy/MM/dd HH:mm:ss", CultureInfo.InvariantCulture);
        output.WriteLine(Words.Say(
            $"{proof.Entries} entries of tenant {proof.Tenant}, all in the log of {proof.Head.Size} entries signed {signed} JST.",
            $"契約 {proof.Tenant} の記録 {proof.Entries} 件は、すべて {signed} (JST) に署名されたログ ({proof.Head.Size} 件) に含まれています。"));
        output.WriteLine(proof.Gapless
            ? Words.Say($"Numbers {proof.First} to {proof.Last}: none between is left out.", $"番号 {proof.First}～{proof.Last}: 途中に抜けはありません。")
            : Words.Say("The export holds a selection: numbers between are left out.", "選ばれた記録だけを含みます (番号に抜けがあります)。"));
        output.WriteLine(Words.Say($"Key fingerprint: {proof.KeyFingerprint}", $"鍵の指紋: {proof.KeyFingerprint}"));
        if (!keyCompared) output.WriteLine(Words.Say("Compare it with the fingerprint on the service's audit page, or give it with --key.", "サービスの監査ログ画面に表示される指紋と照合するか、--key で指定してください。"));
        output.WriteLine("audit verify: clean");
    }
}
