namespace Akashi.Cli.Doctor;

internal enum Verdict
{
    Ok,
    /// <summary>Works, but less well or not everywhere.</summary>
    Warn,
    Fail,
}

/// <param name="Subject">What was looked at.</param>
/// <param name="Detail">What was found.</param>
/// <param name="Advice">What to do; null when all is well.</param>
internal sealed record Finding(Verdict Verdict, string Subject, string Detail, string? Advice = null)
{
    public static Finding Ok(string subject, string detail) => new(Verdict.Ok, subject, detail);

    public static Finding Warn(string subject, string detail, string advice) => new(Verdict.Warn, subject, detail, advice);

    public static Finding Fail(string subject, string detail, string advice) => new(Verdict.Fail, subject, detail, advice);
}
