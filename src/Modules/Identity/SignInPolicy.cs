namespace Akashi.Identity;

/// <summary>How sign-in behaves, for the whole service. Which factors a tenant asks for is in <c>identity.sign_in_policy</c>.</summary>
internal sealed record SignInPolicy
{
    /// <summary>Wrong passwords in a row after which an account is locked; 1–20, 5 by default.</summary>
    public int MaximumFailures { get; init; } = 5;

    /// <summary>How long a lock lasts; 30 minutes by default.</summary>
    public TimeSpan LockTime { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Life of a code sent by mail; 10 minutes by default.</summary>
    public TimeSpan CodeLife { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a sign-in may wait for its code, codes sent again included; 30 minutes by default.</summary>
    public TimeSpan ChallengeLife { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Codes that one sign-in may try; 5 by default.</summary>
    public int MaximumTries { get; init; } = 5;

    /// <summary>Codes sent for one sign-in; 4 by default.</summary>
    public int MaximumSends { get; init; } = 4;

    /// <summary>Time between two codes of one sign-in; 30 seconds by default.</summary>
    public TimeSpan SendPause { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Codes sent to one person an hour, over all sign-ins; 20 by default.</summary>
    public int MaximumCodes { get; init; } = 20;

    /// <summary>Wrong codes in a row, over all sign-ins, after which a person's codes are locked for <see cref="LockTime"/>; 10 by default.</summary>
    public int MaximumCodeFailures { get; init; } = 10;

    /// <summary>Links to a password that may be asked for under one name an hour; 3 by default.</summary>
    public int MaximumLinksPerName { get; init; } = 3;

    /// <summary>Links to a password that may be asked for from one address an hour, in one contract; 20 by default.</summary>
    public int MaximumLinksPerAddress { get; init; } = 20;

    /// <summary>A session ends when unused for this long; 30 minutes by default.</summary>
    public TimeSpan SessionIdle { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>A session ends at this age, used or not; 12 hours by default.</summary>
    public TimeSpan SessionLife { get; init; } = TimeSpan.FromHours(12);

    /// <summary>Life of an activation link; 7 days by default.</summary>
    public TimeSpan ActivationLife { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Life of a link to a new password; 30 minutes by default.</summary>
    public TimeSpan ResetLife { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Life of a hand-off code between hosts; 30 seconds by default.</summary>
    public TimeSpan HandOffLife { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>PBKDF2 rounds of new hashes; never below 210 000. Raised hashes are renewed at sign-in.</summary>
    public int PasswordRounds { get; init; } = 210_000;
}
