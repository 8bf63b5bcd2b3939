using Akashi.Platform.Mail;

namespace Akashi.Operations.Health;

internal static class HealthMails
{
    public static readonly MailTemplate Bad = new(
        "operations.health-bad",
        "【{Level}】{Name}",
        "サービスの状態に異常があります。\n\n項目: {Name}\n状態: {Level}\n発生: {Since}\n\n{Message}\n\n詳しくは管理コンソールの「サービスの状態」を確認してください。\n{Address}\n\n同じ項目のお知らせは 1 時間に 1 通までです。\n",
        "[{Level}] {Name}",
        "The service is not well.\n\nCheck: {Name}\nState: {Level}\nSince: {Since}\n\n{Message}\n\nSee the service's health on the console.\n{Address}\n\nAt most one mail an hour is sent for the same check.\n");

    public static readonly MailTemplate Recovered = new(
        "operations.health-recovered",
        "【回復】{Name}",
        "次の項目は正常に戻りました。\n\n項目: {Name}\n回復: {Since}\n\n{Message}\n{Address}\n",
        "[Recovered] {Name}",
        "This is well again.\n\nCheck: {Name}\nSince: {Since}\n\n{Message}\n{Address}\n");
}
