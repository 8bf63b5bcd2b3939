using System.Text.Json;
using System.Text.Json.Nodes;
using Akashi.Supervisor;

namespace Akashi.Cli.Calls;

/// <summary>What a command sends as a file holds it; '-' is standard input.</summary>
internal static class BodyFile
{
    public static JsonNode ReadJson(string file)
    {
        try
        {
            return JsonNode.Parse(ReadText(file)) ?? throw new JsonException("null");
        }
        catch (JsonException e)
        {
            throw new CommandFailure(ExitCodes.BadUsage, Words.Say($"'{Printable.Line(file)}' is no JSON: {e.Message}", $"'{Printable.Line(file)}' は JSON ではありません: {e.Message}"));
        }
    }

    public static string ReadText(string file)
    {
        try
        {
            return file == "-" ? Console.In.ReadToEnd() : File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure(ExitCodes.BadUsage, Words.Say($"'{Printable.Line(file)}' cannot be read: {e.Message}", $"'{Printable.Line(file)}' を読めません: {e.Message}"));
        }
    }
}
