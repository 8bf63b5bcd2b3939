namespace Akashi.Platform.Errors;

/// <summary>
/// An expected failure. Each feature declares its own sealed records in an <c>Errors.cs</c>; exceptions mean bugs or broken infrastructure.
/// </summary>
/// <param name="Code">Stable id that clients may test, kebab case, for example <c>batch-truncated</c>.</param>
/// <param name="Status">HTTP status that carries it outside.</param>
public abstract record Failure(string Code, int Status)
{
    /// <summary>What happened and what to do next, for people, in Japanese. Quotes the bad input; never a secret.</summary>
    public abstract string Japanese { get; }

    /// <summary>The same in English.</summary>
    public abstract string English { get; }

    /// <summary>More for the service's log than outsiders may read.</summary>
    public virtual string? Cause => null;

    /// <summary>Seconds after which a temporary failure is worth another try; sent as Retry-After.</summary>
    public virtual int? RetryAfterSeconds => null;
}
