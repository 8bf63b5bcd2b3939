using System.Diagnostics.CodeAnalysis;
using System.Text;
using Akashi.Traces.Query;

namespace Akashi.Traces.Contracts.Predicates;

/// <summary>A decimal number of any length, written plainly: digits, perhaps a minus before and a fraction behind. Equal numbers are equal here.</summary>
public sealed record PlainNumber
{
    private PlainNumber(string text) => Text = text;

    /// <summary>Without needless zeros: <c>-0.5</c>, <c>1024</c>.</summary>
    public string Text { get; }

    public static bool TryParse(string text, [NotNullWhen(true)] out PlainNumber? number)
    {
        number = DecimalText.TryRead(Encoding.UTF8.GetBytes(text), out var read) ? new PlainNumber(read.ToString()) : null;
        return number is not null;
    }

    public override string ToString() => Text;
}
