using Akashi.Platform.Mail;

namespace Akashi.Platform.Jobs;

internal static class JobMails
{
    public static readonly MailTemplate Failed = new(
        "platform.job-failed",
        "ジョブが失敗しました: {Job}",
        "定期ジョブ {Job} が失敗しました。\n\n{Message}\n\n管理コンソールの「ジョブ」で履歴を確認し、原因を取り除いてから「今すぐ実行」してください。\n同じジョブの失敗は、6 時間に 1 通だけお知らせします。\n",
        "Job failed: {Job}",
        "The job {Job} failed.\n\n{Message}\n\nSee its history on the console under Jobs, remove the cause, and run it again from there.\nFailures of the same job are reported once in six hours.\n");
}
