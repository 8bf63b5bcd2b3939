using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Akashi.Identity.Passwords;

/// <summary>
/// <c>v1$pbkdf2-sha512$ROUNDS$SALT$HASH</c>, salt and hash in base64. The version allows another function later, the rounds a
/// higher cost; both are renewed when their owner signs in.
/// </summary>
internal static class PasswordHash
{
    public const int MinimumRounds = 210_000;
    private const int MaximumRounds = 100_000_000;
    private const string Prefix = "v1$pbkdf2-sha512$";
    private const int SaltSize = 16;
    private const int HashSize = 32;

    // Stands in where there is no account, so that a wrong name costs what a wrong password costs.
    private static readonly byte[] DecoySalt = RandomNumberGenerator.GetBytes(SaltSize);

    public static string Create(string password, int rounds)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rounds, MinimumRounds);
        var salt = RandomNumberGenerator.GetBytes(SaltSize);
        var hash = Derive(password, salt, rounds);
        return string.Create(CultureInfo.InvariantCulture, $"{Prefix}{rounds}${Convert.ToBase64String(salt)}${Convert.ToBase64String(hash)}");
    }

    /// <param name="stored">Null when there is no such account; the work is the same, the answer false.</param>
    /// <param name="rounds">Cost of the work when nothing is stored.</param>
    public static bool Verify(string? stored, string password, int rounds)
    {
        var parsed = stored is null ? null : Parse(stored);
        var derived = Derive(password, parsed?.Salt ?? DecoySalt, parsed?.Rounds ?? rounds);
        return CryptographicOperations.FixedTimeEquals(derived, parsed?.Hash ?? []);
    }

    public static bool IsOutdated(string stored, int rounds) => Parse(stored).Rounds < rounds;

    private static Parts Parse(string stored)
    {
        var fields = stored.StartsWith(Prefix, StringComparison.Ordinal) ? stored[Prefix.Length..].Split('$') : [];
        if (fields.Length != 3 || !int.TryParse(fields[0], NumberStyles.None, CultureInfo.InvariantCulture, out var rounds) || rounds is < 1 or > MaximumRounds)
            throw new FormatException("A stored password hash is damaged or of a newer version.");
        return new Parts(rounds, Convert.FromBase64String(fields[1]), Convert.FromBase64String(fields[2]));
    }

    private static byte[] Derive(string password, byte[] salt, int rounds) =>
        Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), salt, rounds, HashAlgorithmName.SHA512, HashSize);

    private sealed record Parts(int Rounds, byte[] Salt, byte[] Hash);
}
