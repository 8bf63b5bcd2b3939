using Akashi.JobNode;
using Akashi.Platform.Hosting;
using Akashi.Platform.Jobs;
using Akashi.Platform.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Quartz;

// One node of a service that does nothing but run the probes of the tests: JobNode FOLDER CONNECTION. It ends with its standard input.
var options = new ServerOptions { Data = args[0], ApplicationConnection = args[1], OperatorConnection = args[1], OwnerConnection = args[1] };
var builder = Host.CreateApplicationBuilder();
builder.Logging.ClearProviders().AddSimpleConsole().SetMinimumLevel(LogLevel.Warning);
builder.Services.AddAkashiWeb(options);
builder.Services.AddJob<RecoveringProbe>("probe.recovering", JobSchedule.Every(TimeSpan.FromHours(1)));
builder.Services.AddJob<WaitingProbe>("probe.waiting", JobSchedule.Every(TimeSpan.FromHours(1)), recover: false);
builder.Services.AddJob<OftenProbe>("probe.often", JobSchedule.Every(TimeSpan.FromSeconds(1)));
builder.Services.PostConfigureAll<ClusteringOptions>(cluster => (cluster.CheckinInterval, cluster.CheckinMisfireThreshold) = (TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)));
using var host = builder.Build();
await host.StartAsync();
await Console.In.ReadToEndAsync();
await host.StopAsync();
