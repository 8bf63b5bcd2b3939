using Spectre.Console;

namespace Akashi.Cli;

/// <summary>A table on a terminal; lines with tabs between the columns where a program reads them.</summary>
internal sealed class OutputTable(params string[] columns)
{
    private readonly List<string[]> _rows = [];

    public void Add(params string[] cells) => _rows.Add(cells);

    public void Write(TextWriter output)
    {
        if (Console.IsOutputRedirected)
        {
            foreach (var row in _rows) output.WriteLine(string.Join('\t', row));
            return;
        }
        var table = new Table().Border(TableBorder.Simple).Expand();
        foreach (var column in columns) table.AddColumn(new TableColumn(Markup.Escape(column)));
        foreach (var row in _rows) table.AddRow(row.Select(Markup.Escape).ToArray());
        AnsiConsole.Write(table);
    }
}
