namespace Akashi.Platform.Mail;

/// <summary>The platform's own mails.</summary>
internal static class MailTemplates
{
    public static readonly MailTemplate Test = new(
        "platform.test",
        "テストメール",
        "このメールは、メールサーバーの設定を確かめるために送信しました。\n届いていれば、設定は正しく働いています。\n",
        "Test mail",
        "This mail was sent to check the settings of your mail server.\nIf you can read it, they work.\n");
}
