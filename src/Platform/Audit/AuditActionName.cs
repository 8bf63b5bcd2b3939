using Akashi.Platform.Web;

namespace Akashi.Platform.Audit;

/// <summary>
/// What people read instead of an action's id. Modules register one for each of their actions; without one the id is shown.
/// <c>services.AddSingleton(new AuditActionName("user.suspend", "利用者の停止", "User suspended"));</c>
/// </summary>
public sealed record AuditActionName(string Action, string Japanese, string English)
{
    public string Text => PageLanguage.Say(Japanese, English);
}
