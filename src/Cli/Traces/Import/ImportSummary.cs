using Akashi.Cli.Connection;
using Akashi.Supervisor;

namespace Akashi.Cli.Traces.Import;

/// <summary>Counts what happened to each file; safe to use from several uploads at once.</summary>
internal sealed class ImportSummary(int total, TextWriter errors, bool showProgress)
{
    private readonly Lock _lock = new();
    private readonly List<(string File, string Why)> _refused = [];
    private int _stored;
    private int _alreadyThere;
    private long _lines;

    public bool AllTaken => _refused.Count == 0;

    public void Taken(long lines, bool stored)
    {
        lock (_lock)
        {
            if (stored) _stored++;
            else _alreadyThere++;
            _lines += stored ? lines : 0;
            ShowProgress();
        }
    }

    public void Refused(string file, Problem why)
    {
        lock (_lock)
        {
            _refused.Add((file, why.ToString()));
            ShowProgress();
        }
    }

    public void Write(IReadOnlyList<string> others)
    {
        const int namedOthers = 20;
        if (showProgress) errors.WriteLine();
        foreach (var (file, why) in _refused.OrderBy(refusal => refusal.File, StringComparer.Ordinal))
            errors.WriteLine(Words.Say($"Refused: {Printable.Line(file)} — {why}", $"受付不可: {Printable.Line(file)} — {why}"));
        if (others.Count > 0)
        {
            errors.WriteLine(Words.Say($"Left out, because the name is no batch name (TMID_time-id.zip): {others.Count} files", $"ファイル名が証跡ログの形式 (TMID_時刻-ID.zip) でないため対象外: {others.Count} 個"));
            foreach (var other in others.Take(namedOthers)) errors.WriteLine("  " + Printable.Line(other));
            if (others.Count > namedOthers) errors.WriteLine("  …");
        }
        errors.WriteLine(Words.Say(
            $"{_stored} files stored with {_lines} lines, {_alreadyThere} already there, {_refused.Count} refused.",
            $"保存 {_stored} ファイル ({_lines} 行)、保存済み {_alreadyThere}、受付不可 {_refused.Count}。"));
    }

    private void ShowProgress()
    {
        if (showProgress) errors.Write($"\r{_stored + _alreadyThere + _refused.Count}/{total}");
    }
}
