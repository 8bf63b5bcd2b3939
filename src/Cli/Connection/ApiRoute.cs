namespace Akashi.Cli.Connection;

/// <summary>A route of the API that the client calls.</summary>
/// <param name="Path">As the service declares it, with {places}.</param>
internal sealed record ApiRoute(HttpMethod Method, string Path)
{
    /// <summary>The path with those places filled that a command fills itself.</summary>
    private string Target { get; init; } = Path;

    public static ApiRoute Get(string path) => new(HttpMethod.Get, path);

    public static ApiRoute Post(string path) => new(HttpMethod.Post, path);

    public static ApiRoute Put(string path) => new(HttpMethod.Put, path);

    public static ApiRoute Delete(string path) => new(HttpMethod.Delete, path);

    /// <summary>How many places are left to fill.</summary>
    public int Places => Target.Count(letter => letter == '{');

    public ApiRoute Fill(string place, string value) => this with { Target = Target.Replace("{" + place + "}", Uri.EscapeDataString(value), StringComparison.Ordinal) };

    /// <summary>The address with its places filled from left to right.</summary>
    public string At(IEnumerable<string> values) => values.Aggregate(Target, (path, value) =>
    {
        var (from, to) = (path.IndexOf('{', StringComparison.Ordinal), path.IndexOf('}', StringComparison.Ordinal));
        return path[..from] + Uri.EscapeDataString(value) + path[(to + 1)..];
    });

    public override string ToString() => $"{Method} {Path}";
}
