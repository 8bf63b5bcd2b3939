using System.CommandLine;
using Akashi.Cli.Connection;

namespace Akashi.Cli.Calls;

/// <summary>A command that calls routes of the API: a test reads from the tree of commands that the client covers them all.</summary>
internal sealed class ApiCommand(string name, string description, params ApiRoute[] routes) : Command(name, description)
{
    public IReadOnlyList<ApiRoute> Routes => routes;
}
