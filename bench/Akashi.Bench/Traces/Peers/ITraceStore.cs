using Akashi.Bench.Traces.Rows;

namespace Akashi.Bench.Traces.Peers;

/// <param name="Found">Seconds until all rows can be found.</param>
/// <param name="Rested">Seconds until merging has come to rest, too.</param>
internal readonly record struct Filling(double Found, double Rested);

/// <summary>
/// A store under measurement. An answer is text that is the same from every store that holds the same rows; <see cref="NotServedException"/> when
/// it has no such question.
/// </summary>
internal interface ITraceStore : IAsyncDisposable
{
    string Name { get; }

    /// <summary>How many of the rows it takes at most.</summary>
    int MostRows { get; }

    /// <summary>CPU seconds of its processes so far.</summary>
    double CpuSeconds { get; }

    /// <summary>Highest resident memory of its process so far, in MB; null when it has no single one.</summary>
    double? PeakMemory { get; }

    Task StartAsync();

    /// <summary>Sends the rows in as many streams as there are processors.</summary>
    /// <returns>Counted from the first one sent, without preparing them.</returns>
    Task<Filling> InsertAsync(RowFiles rows);

    /// <summary>Bytes on disk, with all that searching needs.</summary>
    Task<long> SizeAsync();

    /// <summary>Ends its processes and starts them again on the same data.</summary>
    Task RestartAsync();

    Task<string> ValueAsync(string field, string value);

    Task<string> WordAsync(string word);

    /// <param name="fields">In any of which the part stands.</param>
    Task<string> PartAsync(IReadOnlyList<string> fields, string part);

    Task<string> NewestAsync(string tmid, int count);

    Task<string> ByKindAsync();

    Task<string> ConnectionsByHourAsync(DateTimeOffset from, DateTimeOffset to);

    Task<string> TopProgramsAsync(DateTimeOffset from, DateTimeOffset to, int count);

    Task<string> ProgramsByUserAsync(DateTimeOffset from, DateTimeOffset to, int count);

    Task<string> CommandsLikeAsync(string pattern);

    /// <summary>More rows, of terminals that sent none before, to be sent at this rate until it is cancelled; how many were is the result. Null where it is not measured.</summary>
    Task<Func<CancellationToken, Task<long>>?> PrepareTrafficAsync(RowFiles rows, int rowsPerSecond);
}

internal sealed class NotServedException(string what) : Exception(what);
