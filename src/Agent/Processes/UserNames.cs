using System.Globalization;

namespace Akashi.Agent.Processes;

/// <summary>User id → name from /etc/passwd, read again when the file changes. A directory service is not asked: it could block the collector.</summary>
internal sealed class UserNames(TimeProvider clock, string path = "/etc/passwd")
{
    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(5);

    private Dictionary<uint, string> _names = [];
    private DateTime _read = DateTime.MinValue;
    private long _checked;

    public string Of(uint id)
    {
        Refresh();
        if (_names.TryGetValue(id, out var name)) return name;
        if (_names.Count > 10_000) _names.Clear();
        return _names[id] = id.ToString(CultureInfo.InvariantCulture);
    }

    private void Refresh()
    {
        if (_checked != 0 && clock.GetElapsedTime(_checked) < CheckInterval) return;
        _checked = clock.GetTimestamp();
        if (!File.Exists(path) || File.GetLastWriteTimeUtc(path) is var changed && changed == _read) return;
        _read = changed;
        _names = [];
        foreach (var line in File.ReadLines(path))
        {
            var fields = line.Split(':');
            if (fields.Length > 2 && uint.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out var id)) _names.TryAdd(id, fields[0]);
        }
    }
}
