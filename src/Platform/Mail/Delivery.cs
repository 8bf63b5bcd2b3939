namespace Akashi.Platform.Mail;

internal static class MailStates
{
    public const string Waiting = "waiting";
    public const string Sent = "sent";
    public const string Failed = "failed";
}

/// <summary>A mail taken from the outbox for one attempt.</summary>
/// <param name="Attempt">1 for the first.</param>
/// <param name="Repeats">How often people asked for it to be sent again after it had been sent.</param>
internal sealed record TakenMail(Guid Id, DateTimeOffset CreatedAt, string Language, string ToAddress, string ToName, string Subject, string Text, int Attempt, int Repeats, DateTimeOffset GiveUpAt);

/// <summary>How one attempt ended.</summary>
internal abstract record Delivery
{
    private Delivery()
    {
    }

    /// <summary>Handed over for good.</summary>
    /// <param name="By"><c>folder</c> or <c>smtp</c>.</param>
    /// <param name="Note">For example the server's answer.</param>
    public sealed record Done(string By, string Note) : Delivery;

    /// <summary>Refused for good; trying again would be refused again.</summary>
    public sealed record Refused(string Note) : Delivery;

    /// <summary>Not now.</summary>
    /// <param name="WholeServer">Other mails would fare the same, for example because nobody answers.</param>
    public sealed record Later(string Note, bool WholeServer) : Delivery;
}

/// <summary>A way out for mail: the folder of the embedded default, or an SMTP server. Serves the mails of one round, one after another.</summary>
internal interface IMailTransport : IAsyncDisposable
{
    Task<Delivery> SendAsync(TakenMail mail, CancellationToken cancellation);
}
