using Microsoft.Extensions.DependencyInjection;

namespace Akashi.Platform.Mail;

internal static class MailServices
{
    public static void AddMail(this IServiceCollection services)
    {
        services.AddSingleton<MailOutbox>();
        services.AddSingleton<MailQueue>();
        services.AddSingleton<MailJournal>();
        services.AddSingleton<TenantMailServer>();
        services.AddSingleton<MailTransports>();
        services.AddHostedService<MailSender>();
    }
}
