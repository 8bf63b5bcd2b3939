using System.Globalization;
using System.Net;
using Akashi.Platform.Audit;
using Akashi.Platform.Backup;
using Akashi.Platform.Calendar;
using Akashi.Platform.Crypto;
using Akashi.Platform.Database;
using Akashi.Platform.Errors;
using Akashi.Platform.Events;
using Akashi.Platform.Health;
using Akashi.Platform.Hosting;
using Akashi.Platform.Jobs;
using Akashi.Platform.Mail;
using Akashi.Platform.Metrics;
using Akashi.Platform.Objects;
using Akashi.Platform.OperatorAccess;
using Akashi.Platform.Quotas;
using Akashi.Platform.Retention;
using Akashi.Platform.Signals;
using Akashi.Platform.Tenancy;
using Akashi.Platform.Web.Balancers;
using Akashi.Platform.Web.Idempotency;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Localization;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Akashi.Platform.Web;

/// <summary>The web server that every module stands on: hosts, TLS, headers, languages, access checks.</summary>
public static class AkashiWeb
{
    /// <summary>Name of the cookie that holds the chosen language.</summary>
    public const string LanguageCookie = "__Host-akashi-language";

    private const int HeaderTimeoutSeconds = 15;

    public static void AddAkashiWeb(this IServiceCollection services, ServerOptions options)
    {
        services.TryAddSingleton(ShiftedClock.FromEnvironment());
        services.AddSingleton(options);
        services.AddSingleton(new ServiceHosts(options.BaseDomain, options.Port));
        services.AddSingleton<ServerCertificates>();
        services.AddSingleton(_ => KeyStore.Open(options.KeysFolder));
        services.AddSingleton(_ => new AkashiDatabase(options.ApplicationConnection, options.OperatorConnection));
        services.AddSingleton(_ => options.Objects.Open(options.ObjectsFolder));
        services.AddSingleton<ITenantFiles, TenantObjects>();
        services.AddSingleton<ObjectReconciler>();
        services.AddSingleton<BusinessCalendar>();
        services.AddSingleton<BackupRun>();
        services.AddSingleton<RetentionBook>();
        services.AddSingleton<NodeRegister>();
        services.AddHostedService(provider => provider.GetRequiredService<NodeRegister>());
        services.AddSingleton<WorkSignals>();
        services.AddMail();
        services.AddEvents();
        services.AddSingleton<FailureLog>();
        services.AddSingleton<CallerRecheck>();
        services.AddJobs(options);
        services.AddAudit();
        services.AddPlatformHealth();
        services.AddServiceMetrics();
        services.AddQuotas();
        services.AddSingleton<OperatorGrants>();
        services.AddSingleton<IdempotentRequests>();
        services.AddSingleton<WebKeys>();
        // It warns that keys are stored in the clear; WebKeys seals them itself.
        services.AddLogging(logging => logging.AddFilter("Microsoft.AspNetCore.DataProtection.KeyManagement.XmlKeyManager", LogLevel.Error));
        services.AddDataProtection().SetApplicationName("akashi");
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>>(provider =>
            new ConfigureOptions<KeyManagementOptions>(management => management.XmlRepository = provider.GetRequiredService<WebKeys>()));
        services.AddAntiforgery(antiforgery =>
        {
            antiforgery.Cookie.Name = "__Host-akashi-form";
            antiforgery.Cookie.SecurePolicy = CookieSecurePolicy.Always;
            antiforgery.Cookie.SameSite = SameSiteMode.Strict;
            antiforgery.Cookie.Path = "/";
        });
        services.AddRazorComponents();
        services.AddHttpContextAccessor();
        services.Configure<RouteHandlerOptions>(handlers => handlers.ThrowOnBadRequest = true); // else they are answered without a word
        services.AddOpenApi(ApiDocument.Name, ApiDocument.Configure);
        MediaTypeUnsupported.LeaveToHandlers(services);
        services.Configure<RequestLocalizationOptions>(localization =>
        {
            // The bare languages too: a browser may ask for "en" or, by way of it, for "en-GB".
            CultureInfo[] cultures = [new("ja-JP"), new("en-US"), new("ja"), new("en")];
            localization.DefaultRequestCulture = new RequestCulture("ja-JP");
            localization.SupportedCultures = localization.SupportedUICultures = cultures;
            localization.RequestCultureProviders = [new CookieRequestCultureProvider { CookieName = LanguageCookie }, new AcceptLanguageHeaderRequestCultureProvider()];
        });
    }

    public static void UseAkashiKestrel(this IWebHostBuilder host, ServerOptions options) => host.ConfigureKestrel(kestrel =>
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(HeaderTimeoutSeconds);
        kestrel.Limits.MaxRequestBodySize = 1 << 20; // routes that take more say so
        var certificates = kestrel.ApplicationServices.GetRequiredService<ServerCertificates>();
        var logger = kestrel.ApplicationServices.GetRequiredService<ILogger<ProxyConnections>>();
        var clock = kestrel.ApplicationServices.GetRequiredService<TimeProvider>();
        var balancers = options.Balancers.Select(ServerOptions.NetworkOf).OfType<IPNetwork>().ToList();
        foreach (var address in options.Listen)
        {
            kestrel.Listen(IPAddress.Parse(address), options.Port, listen =>
            {
                listen.Protocols = HttpProtocols.Http1AndHttp2;
                if (options.Balancers.Count > 0) listen.Use(next => new ProxyConnections(next, balancers, clock, logger).OnConnectionAsync);
                listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = certificates.ChooseAsync, HandshakeTimeout = TimeSpan.FromSeconds(HeaderTimeoutSeconds) });
            });
        }
    });

    public static void UseAkashiWeb(this WebApplication app, IEnumerable<AkashiModule> modules)
    {
        _ = app.Services.GetRequiredService<MetricCollector>(); // counts from the first request on
        app.UseMiddleware<RequestMetrics>();
        app.UseRequestLocalization(); // before whatever may refuse or fail: a language set further in is gone when the answer is worded
        app.UseMiddleware<HostMiddleware>();
        app.UseMiddleware<SecurityHeaders>();
        app.UseExceptionHandler(ServerFault.Handling);
        // What the framework refuses without a word, such as a JSON body that is too large.
        app.UseStatusCodePages(context => RequestUnreadable.Of(context.HttpContext.Response.StatusCode).ToProblem().ExecuteAsync(context.HttpContext));
        app.UseMiddleware<RequestCeiling>();
        app.UseRouting();
        app.UseMiddleware<AccessMiddleware>();
        app.UseMiddleware<QuotaMiddleware>();
        app.UseMiddleware<IdempotencyMiddleware>();
        app.UseAntiforgery();

        var hosts = app.Services.GetRequiredService<ServiceHosts>();
        var groups = hosts.All.ToDictionary(host => host, host => (IEndpointRouteBuilder)app.MapGroup("").RequireHost(hosts.NameOf(host)));
        var routes = new ServiceRoutes(groups);
        foreach (var module in modules) module.MapRoutes(routes);
        HealthRoutes.Map(app);
        routes.Api.MapGet(MetricRoutes.Path, MetricRoutes.HandleAsync).RequirePermission(Permission.ServiceRead, TenantScope.Service).ExcludeFromDescription();
        routes.Api.MapOpenApi(ApiDocument.Route).OpenToAnybody("Describes the API; holds no data.");
        RequireDeclaredAccess(app);
    }

    /// <summary>A route whose author forgot to say who may call it, or whose data it touches, must not start.</summary>
    internal static void RequireDeclaredAccess(IEndpointRouteBuilder app)
    {
        var faults = app.DataSources.SelectMany(source => source.Endpoints)
            .Select(endpoint => (endpoint.DisplayName, Access: endpoint.Metadata.OfType<RouteAccess>().ToList()))
            .Select(route => (route.DisplayName, Fault: route.Access is [var only] ? only.Fault() : "declares no access, or more than one"))
            .Where(route => route.Fault is not null)
            .Select(route => $"{route.DisplayName} {route.Fault}").ToList();
        if (faults.Count > 0) throw new InvalidOperationException($"Routes refused: {string.Join("; ", faults)}.");
    }
}
