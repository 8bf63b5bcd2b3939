using Akashi.Platform.Errors;
using Akashi.Platform.Crypto;
using Akashi.Platform.Database;
using Akashi.Platform.Signals;

namespace Akashi.Platform.Mail;

/// <summary>
/// Takes mail in the transaction of the act that it tells of: neither without the other. It is sent in the background, again and again for
/// three days; see <see cref="MailSender"/>.
/// </summary>
public sealed class MailOutbox(WorkSignals signals, KeyStore keys, TimeProvider clock)
{
    internal const string Queue = "mail";

    internal static readonly TimeSpan Patience = TimeSpan.FromDays(3);

    private const int MaximumName = 100;
    private const int MaximumAddress = 320;

    private const string Insert = """
        INSERT INTO platform.mail (tenant_id, id, created_at, template, language, to_address, to_name, subject, secret, body, sealed_body, state, next_at, give_up_at, note)
        VALUES (@Tenant, @id, @now, @Name, @Language, @address, @name, @subject, @Secret, @body, @sealedBody, @state, @now, @giveUpAt, @note)
        """;

    /// <summary>
    /// Counts only once the session commits. An address that cannot be one does not harm the act: the mail is kept as failed, with a note.
    /// </summary>
    /// <exception cref="ArgumentException">A value that the template needs is missing, or the language is neither ja nor en.</exception>
    public async Task EnqueueAsync(TenantSession session, OutgoingMail mail, CancellationToken cancellation)
    {
        var (subject, text) = mail.Template.Render(mail.Language, mail.Values);
        var now = clock.GetUtcNow();
        var id = Guid.CreateVersion7(now);
        var usable = Mailbox.TryParse(mail.ToAddress, out var mailbox);
        await session.ExecuteAsync(Insert, new
        {
            session.Tenant, id, now, mail.Template.Name, mail.Language, subject, mail.Secret,
            address = mailbox?.ToString() ?? OneLine.Of(mail.ToAddress, MaximumAddress),
            name = OneLine.Of(mail.ToName, MaximumName),
            body = mail.Secret ? null : text,
            sealedBody = mail.Secret ? MailSeal.Seal(keys, session.Tenant, id, text) : null,
            state = usable ? MailStates.Waiting : MailStates.Failed,
            giveUpAt = now + Patience,
            note = usable ? null : "宛先のメールアドレスの形が正しくありません。 / The address is not a mail address.",
        }, cancellation);
        if (usable) await signals.RaiseAsync(session, Queue, cancellation: cancellation);
    }
}
