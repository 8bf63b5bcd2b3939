using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Akashi.Platform.Mail;

/// <summary>
/// A mail address that can be written into commands and headers as it is: ASCII, no quotes, no spaces, a domain name in its ASCII form.
/// Two dots in a row and a dot at the end are accepted in front of the @, as Japanese carriers once gave out such addresses; those are quoted.
/// </summary>
public sealed record Mailbox
{
    private const int MaximumLocal = 64;
    private const int MaximumDomain = 253;
    private static readonly SearchValues<char> LocalCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-/=?^_`{|}~.");
    private static readonly IdnMapping Idn = new() { UseStd3AsciiRules = true };

    private Mailbox(string local, string domain) => (Local, Domain) = (local, domain);

    public string Local { get; }

    public string Domain { get; }

    /// <summary>As RFC 5321 and RFC 5322 want it.</summary>
    public string Wire => (IsDotAtom ? Local : $"\"{Local}\"") + "@" + Domain;

    private bool IsDotAtom => !Local.StartsWith('.') && !Local.EndsWith('.') && !Local.Contains("..", StringComparison.Ordinal);

    public static bool TryParse(string? text, [NotNullWhen(true)] out Mailbox? mailbox)
    {
        mailbox = null;
        var at = text?.LastIndexOf('@') ?? -1;
        if (text is null || at is < 1 or > MaximumLocal || text.Length - at - 1 is < 1 or > MaximumDomain) return false;
        var local = text[..at];
        if (local.AsSpan().ContainsAnyExcept(LocalCharacters) || !TryReadDomain(text[(at + 1)..], out var domain)) return false;
        mailbox = new Mailbox(local, domain);
        return true;
    }

    public override string ToString() => Local + "@" + Domain;

    private static bool TryReadDomain(string text, [NotNullWhen(true)] out string? domain)
    {
        domain = null;
        try
        {
            domain = Idn.GetAscii(text).ToLowerInvariant();
        }
        catch (ArgumentException)
        {
            return false;
        }
        return domain.Length <= MaximumDomain && Uri.CheckHostName(domain) == UriHostNameType.Dns && domain.All(char.IsAscii) && !domain.EndsWith('.') && !domain.Contains('_', StringComparison.Ordinal);
    }
}
