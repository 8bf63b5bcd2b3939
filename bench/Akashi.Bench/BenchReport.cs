using System.Globalization;
using System.Text.Json;

namespace Akashi.Bench;

/// <param name="Ratio">How many times better than the peer we are; above 1 is better.</param>
internal sealed record BenchRow(string Name, double Value, string Unit, string Peer, double PeerValue, double Ratio);

/// <summary>Rows as JSON lines or as a table; settings and remarks go to standard error.</summary>
internal sealed class BenchReport(bool json)
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web);
    private readonly List<BenchRow> _rows = [];

    public static void Note(string text) => Console.Error.WriteLine(text);

    public void AddMoreIsBetter(string name, double value, string unit, string peer, double peerValue) => Add(new BenchRow(name, value, unit, peer, peerValue, value / peerValue));

    public void AddLessIsBetter(string name, double value, string unit, string peer, double peerValue) => Add(new BenchRow(name, value, unit, peer, peerValue, peerValue / value));

    public void Finish()
    {
        if (json || _rows.Count == 0) return;
        var lines = _rows.Select(row => new[] { row.Name, Number(row.Value), row.Unit, row.Peer, Number(row.PeerValue), Number(row.Ratio) })
            .Prepend(["name", "value", "unit", "peer", "peer value", "ratio"]).ToList();
        var widths = Enumerable.Range(0, 6).Select(column => lines.Max(line => line[column].Length)).ToArray();
        foreach (var line in lines)
            Console.WriteLine(string.Join("  ", line.Select((cell, column) => column is 1 or 4 or 5 ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column]))));
    }

    private void Add(BenchRow row)
    {
        _rows.Add(row);
        if (json) Console.WriteLine(JsonSerializer.Serialize(row, Format));
    }

    private static string Number(double value) => value.ToString(Math.Abs(value) >= 100 ? "N0" : "0.###", CultureInfo.InvariantCulture);
}
