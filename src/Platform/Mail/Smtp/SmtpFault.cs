namespace Akashi.Platform.Mail.Smtp;

/// <summary>The conversation did not go as it must.</summary>
/// <param name="note">For people; quotes the server.</param>
/// <param name="permanent">The server will not take this mail later either.</param>
/// <param name="wholeServer">Other mails would fare the same.</param>
internal sealed class SmtpFault(string note, bool permanent, bool wholeServer, Exception? inner = null) : Exception(note, inner)
{
    public bool Permanent => permanent;

    public bool WholeServer => wholeServer;
}
