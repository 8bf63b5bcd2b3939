namespace Akashi.Platform.Mail;

/// <summary>One mail to one person.</summary>
/// <param name="ToName">Shown beside the address; may be empty.</param>
/// <param name="Language"><c>ja</c> or <c>en</c>.</param>
/// <param name="Values">For the template's places; each one line.</param>
/// <param name="Secret">The text holds a link or a code: sealed at rest, never shown on pages, wiped once sent. The subject stays readable.</param>
public sealed record OutgoingMail(string ToAddress, string ToName, MailTemplate Template, string Language, IReadOnlyDictionary<string, string> Values, bool Secret = false);
