namespace Akashi.Operations.Mail;

internal static class MailWords
{
    /// <summary>The colour of a state, as the style sheet names it.</summary>
    public static string ColourOf(string state) => state switch { "sent" => "StateActive", "waiting" => "StateQuiet", _ => "StateSilent" };
}
