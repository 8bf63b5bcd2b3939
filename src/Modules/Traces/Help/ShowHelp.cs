using Akashi.Portal.Contracts;
using Akashi.Traces.Pages;
using Microsoft.AspNetCore.Http;

namespace Akashi.Traces.Help;

/// <summary>GET /traces/help on the console: how to write a query, with examples that run.</summary>
internal static class ShowHelp
{
    public const string Path = TracesPages.Path + "/help";

    public static IResult Handle() => Page.Show<HelpPage>(new { });

    /// <summary>Runs an example over all times: a reader wants to see that it finds something.</summary>
    public static string AddressOf(string query) => new TraceAddress { Query = query, Last = TraceAddress.AllTimes }.ToPage();
}
