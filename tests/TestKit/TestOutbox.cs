using System.Text;
using System.Text.RegularExpressions;
using Akashi.Platform.Tenancy;

namespace Akashi.TestKit;

/// <summary>The mail that a server writes to its outbox folder for one tenant; each is read once.</summary>
/// <param name="folders">Of one server, or of several nodes: whichever sends a mail writes it.</param>
public sealed partial class TestOutbox(IReadOnlyList<string> folders, TenantId tenant)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    public TestOutbox(TestServer server, TenantId tenant) : this(server.Options.OutboxFolder, tenant)
    {
    }

    public TestOutbox(string folder, TenantId tenant) : this([folder], tenant)
    {
    }

    /// <summary>Mail that has arrived and was not read before.</summary>
    public IReadOnlyList<string> ReadNew()
    {
        return [.. folders.Where(Directory.Exists).SelectMany(folder => Directory.EnumerateFiles(folder, $"*{tenant}*.eml")).Order(StringComparer.Ordinal).Where(_seen.Add).Select(TextOf)];
    }

    /// <summary>The text of the one mail that arrives next.</summary>
    public async Task<string> NextAsync()
    {
        IReadOnlyList<string> found = [];
        await TestWait.UntilAsync(() => Task.FromResult((found = ReadNew()).Count > 0), Patience, "a mail");
        return found.Count == 1 ? found[0] : throw new InvalidOperationException($"{found.Count} mails arrived where one was expected.");
    }

    /// <summary>The six digits of the next mail.</summary>
    public async Task<string> NextCodeAsync() => Code().Match(await NextAsync()).Groups[1].Value;

    /// <summary>The first link of the next mail.</summary>
    public async Task<Uri> NextLinkAsync() => new(Link().Match(await NextAsync()).Value);

    private static string TextOf(string file)
    {
        var text = File.ReadAllText(file);
        return Encoding.UTF8.GetString(Convert.FromBase64String(text[(text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]));
    }

    [GeneratedRegex(@"^(\d{6})\r?$", RegexOptions.Multiline, 1000)]
    private static partial Regex Code();

    [GeneratedRegex(@"https://\S+", RegexOptions.None, 1000)]
    private static partial Regex Link();
}
