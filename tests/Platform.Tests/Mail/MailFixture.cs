using Akashi.Platform.Crypto;
using Akashi.Platform.Hosting;
using Akashi.Platform.Mail;
using Akashi.Platform.Signals;
using Akashi.Platform.Tenancy;
using Akashi.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Akashi.Platform.Tests.Mail;

/// <summary>An outbox with its own database, folder and keys, for one tenant.</summary>
internal sealed class MailFixture : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static readonly MailTemplate Template = new(
        "test.probe", "{Name} 様へのお知らせ", "{Name} 様\n\n次のリンクを開いてください。\n{Link}\n", "Notice for {Name}", "Dear {Name},\n\nopen this link:\n{Link}\n");

    private readonly TestFolder _folder = new();

    private MailFixture(TestDatabase database)
    {
        Database = database;
        Options = new ServerOptions { Data = _folder.Path, BaseDomain = "akashi.example" };
        Keys = KeyStore.Open(_folder.File("keys"));
        Keys.CreateTenantKeys(Tenant);
        Signals = new WorkSignals(database.Application, Clock);
        Outbox = new MailOutbox(Signals, Keys, Clock);
        Queue = new MailQueue(database.Application, Signals, Keys, Clock);
    }

    public TestClock Clock { get; } = new();

    public TenantId Tenant { get; } = TenantId.New(TimeProvider.System);

    public TestDatabase Database { get; }

    public ServerOptions Options { get; set; }

    public KeyStore Keys { get; }

    public WorkSignals Signals { get; }

    public MailOutbox Outbox { get; }

    public MailQueue Queue { get; }

    public IReadOnlyList<string> Files => Directory.Exists(Options.OutboxFolder) ? Directory.GetFiles(Options.OutboxFolder, "*.eml") : [];

    public static async Task<MailFixture> StartAsync() => new(await TestDatabase.CreateAsync());

    public static OutgoingMail Mail(string address = "hanako@example.jp", string name = "花子", bool secret = false, string language = "ja") =>
        new(address, name, Template, language, new Dictionary<string, string>(StringComparer.Ordinal) { ["Name"] = name, ["Link"] = "https://portal.akashi.example/activate?code=SECRET-CODE" }, secret);

    public async Task EnqueueAsync(params IEnumerable<OutgoingMail> mails)
    {
        await using var session = await Database.Application.OpenAsync(Tenant);
        foreach (var mail in mails) await Outbox.EnqueueAsync(session, mail, CancellationToken.None);
        await session.CommitAsync();
    }

    public MailSender CreateSender() => new(Queue, new MailTransports(Servers, Options), Signals, Clock, NullLogger<MailSender>.Instance);

    public TenantMailServer Servers => new(Database.Application, Keys, Options, Clock);

    public async Task<Row> SingleAsync() => (await RowsAsync()).Single();

    public Task<IReadOnlyList<Row>> RowsAsync() =>
        Database.QueryAsOwnerAsync<Row>("SELECT state, attempts, note, body, sealed_body, next_at, sent_by FROM platform.mail ORDER BY id");

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        _folder.Dispose();
    }

    internal sealed record Row(string State, int Attempts, string? Note, string? Body, byte[]? SealedBody, DateTimeOffset NextAt, string? SentBy);
}
