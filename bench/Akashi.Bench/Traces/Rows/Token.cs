namespace Akashi.Bench.Traces.Rows;

/// <summary>
/// What names one machine, person, process or moment, and is therefore another on every terminal. A terminal's own stay with it; what is
/// short-lived is another in each pass through the corpus as well.
/// </summary>
internal enum TokenKind : byte
{
    /// <summary>Hexadecimal digits in groups joined by hyphens.</summary>
    Guid,
    /// <summary>8 or more hexadecimal digits.</summary>
    Hex,
    /// <summary>Up to 8 decimal digits: a process id, port, record, count of events.</summary>
    Number,
    /// <summary>The digits after 0x: the same numbers.</summary>
    HexNumber,
    /// <summary>More decimal digits than a number has.</summary>
    LongNumber,
    /// <summary>Letters and digits of a file made for a moment.</summary>
    TempName,
    /// <summary>The first that belongs to a terminal, with all behind it.</summary>
    TerminalId,
    Hash,
    /// <summary>The part of a SID that names its machine or domain: decimal digits in groups joined by hyphens.</summary>
    Sid,
    AddressFour,
    AddressSix,
    Mac,
    /// <summary>A person's or machine's name: letters and digits.</summary>
    Name,
}

/// <summary>Where a token lies in its line.</summary>
internal readonly record struct Token(int Start, byte Length, TokenKind Kind);
