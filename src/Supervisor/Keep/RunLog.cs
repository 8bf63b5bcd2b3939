using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Akashi.Platform.Calendar;

namespace Akashi.Supervisor.Keep;

/// <summary>The supervisor's own log on standard output: one JSON object a line, times in Japan time.</summary>
internal sealed class RunLog(TimeProvider clock, TextWriter output)
{
    // Read by people and log programs, never put into a page: '+' and Japanese stay as they are.
    private static readonly JsonWriterOptions Form = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Lock _lock = new();

    public void Write(string what, string message, string? program = null, int? pid = null)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Form))
        {
            json.WriteStartObject();
            json.WriteString("time", clock.GetUtcNow().ToOffset(JstDay.Offset).ToString("yyyy-MM-dd'T'HH:mm:ss.fffzzz", CultureInfo.InvariantCulture));
            json.WriteString("event", what);
            if (program is not null) json.WriteString("program", program);
            if (pid is { } id) json.WriteNumber("pid", id);
            json.WriteString("message", message);
            json.WriteEndObject();
        }
        lock (_lock)
        {
            try
            {
                output.WriteLine(System.Text.Encoding.UTF8.GetString(buffer.GetBuffer(), 0, checked((int)buffer.Length)));
                output.Flush();
            }
            catch (IOException)
            {
                // The disk is full; what the log would say is in supervisor.json too.
            }
        }
    }
}
