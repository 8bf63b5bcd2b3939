using System.CommandLine;
using Akashi.Cli.Calls;
using Akashi.Cli.Connection;
using Akashi.Supervisor;

namespace Akashi.Cli.Terminals;

/// <summary><c>terminal list|token</c>.</summary>
internal static class TerminalCommands
{
    public static readonly ApiRoute List = ApiRoute.Get("/api/v1/terminals");

    public static Command Create(WithApi withApi)
    {
        var (search, json) = (new Option<string?>("--search") { Description = Words.Say("Start of the computer name, or a whole TMID.", "コンピューター名の先頭、または TMID 全体。") }, CallMaker.Json());
        var list = new ApiCommand("list", Words.Say("Show the terminals.", "端末の一覧。"), List) { search, json };
        list.SetAction((parsed, cancellation) => withApi(parsed, api => TerminalList.RunAsync(api, parsed.GetValue(search), parsed.GetValue(json), Console.Out, Console.Error, cancellation)));
        return new Command("terminal", Words.Say("Terminals.", "端末。"))
        {
            list,
            new CallMaker(withApi).Call("token", Words.Say("Make a token with which one PC enrols within seven days; shown this once.", "端末 1 台を 7 日以内に登録するトークンを発行 (表示は一度だけ)。"), ApiRoute.Post("/api/v1/enrolment-tokens"), body: null),
        };
    }
}
