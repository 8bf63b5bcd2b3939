namespace Akashi.Bench.Traces.Rows;

/// <summary>Files of parsed rows, as many open at once as there are streams.</summary>
internal sealed class RowWriters(string folder, int streams, int rowsPerFile)
{
    private readonly Stack<Writer> _free = new(Enumerable.Range(0, streams).Select(_ => new Writer()));

    public List<string> Files { get; } = [];

    public void Write(byte[] log, int lines)
    {
        Writer writer;
        lock (_free) writer = _free.Pop();
        writer.File ??= Open();
        writer.Columns.Write(log, writer.File);
        writer.Rows += lines;
        if (writer.Rows >= rowsPerFile) writer.Close();
        lock (_free) _free.Push(writer);
    }

    public void Close()
    {
        foreach (var writer in _free) writer.Close();
    }

    private FileStream Open()
    {
        lock (Files)
        {
            Files.Add(Path.Combine(folder, $"{Guid.CreateVersion7():N}.tsv"));
            return new FileStream(Files[^1], FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 20);
        }
    }

    private sealed class Writer
    {
        public TraceColumns Columns { get; } = new();

        public FileStream? File { get; set; }

        public int Rows { get; set; }

        public void Close()
        {
            File?.Dispose();
            (File, Rows) = (null, 0);
        }
    }
}
