using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Akashi.Portal.Contracts;

/// <summary>
/// CSV as Excel in Japan opens it: UTF-8 with BOM, CRLF, every value quoted (RFC 4180). A value that a spreadsheet would run as a
/// formula gets a leading apostrophe.
/// </summary>
public sealed class Csv(Stream output) : IAsyncDisposable
{
    private const int FlushSize = 32 * 1024;
    private static readonly SearchValues<char> FormulaStarts = SearchValues.Create("=+-@\t\r\n＝＋－＠");

    private readonly StringBuilder _buffer = new("\uFEFF");

    /// <summary>The answer is a file that the browser saves.</summary>
    public static Csv Answer(HttpContext context, string fileName)
    {
        ArgumentNullException.ThrowIfNull(context);
        context.Response.ContentType = "text/csv; charset=utf-8";
        context.Response.Headers.ContentDisposition = $"attachment; filename=\"{fileName}\"";
        return new Csv(context.Response.Body);
    }

    public async Task WriteAsync(params IReadOnlyList<string> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        for (var i = 0; i < values.Count; i++)
        {
            if (i > 0) _buffer.Append(',');
            Append(values[i]);
        }
        _buffer.Append("\r\n");
        if (_buffer.Length >= FlushSize) await FlushAsync();
    }

    public async ValueTask DisposeAsync() => await FlushAsync();

    private void Append(string value)
    {
        _buffer.Append('"');
        if (value.Length > 0 && FormulaStarts.Contains(value[0])) _buffer.Append('\'');
        _buffer.Append(value).Replace("\"", "\"\"", _buffer.Length - value.Length, value.Length).Append('"');
    }

    private async Task FlushAsync()
    {
        await output.WriteAsync(Encoding.UTF8.GetBytes(_buffer.ToString()));
        _buffer.Clear();
    }
}
