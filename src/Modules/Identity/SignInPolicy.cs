namespace Akashi.Identity;

/// <summary>How sign-in behaves. One record for the service until tenants may choose.</summary>
internal sealed record SignInPolicy
{
    /// <summary>Wrong passwords in a row after which an account is locked; 1–20, 5 by default.</summary>
    public int MaximumFailures { get; init; } = 5;

    /// <summary>How long a lock lasts; 30 minutes by default.</summary>
    public TimeSpan LockTime { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>A session ends when unused for this long; 30 minutes by default.</summary>
    public TimeSpan SessionIdle { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>A session ends at this age, used or not; 12 hours by default.</summary>
    public TimeSpan SessionLife { get; init; } = TimeSpan.FromHours(12);

    /// <summary>Life of an activation link; 7 days by default.</summary>
    public TimeSpan ActivationLife { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Life of a hand-off code between hosts; 30 seconds by default.</summary>
    public TimeSpan HandOffLife { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>PBKDF2 rounds of new hashes; never below 210 000. Raised hashes are renewed at sign-in.</summary>
    public int PasswordRounds { get; init; } = 210_000;
}
