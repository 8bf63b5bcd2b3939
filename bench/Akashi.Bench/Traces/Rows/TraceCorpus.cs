using System.Buffers;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Akashi.Traces.Lines;

namespace Akashi.Bench.Traces.Rows;

/// <summary>
/// Recorded lines as what a terminal plays: without repeats (lines that differ in nothing but their number), their tokens found once. A number, GUID
/// or hexadecimal text that stands in the free text of three machines or more is no machine's own and stays.
/// </summary>
internal sealed partial class TraceCorpus
{
    private const int SharedByMachines = 3;
    private const int LeastStream = 600; // lines; less is no day of a machine

    private readonly byte[] _text;
    private readonly CorpusLine[] _lines;
    private readonly Token[] _tokens;

    private TraceCorpus(byte[] text, CorpusLine[] lines, Token[] tokens, List<Range> streams) => (_text, _lines, _tokens, Streams) = (text, lines, tokens, streams);

    public int Count => _lines.Length;

    /// <summary>The lines of each machine.</summary>
    public IReadOnlyList<Range> Streams { get; }

    public CorpusLine Line(int index) => _lines[index];

    /// <summary>With its terminator.</summary>
    public ReadOnlySpan<byte> Text(int index) => _text.AsSpan(_lines[index].Start, _lines[index].Length);

    public ReadOnlySpan<Token> Tokens(int index) => _tokens.AsSpan(_lines[index].FirstToken, _lines[index].Tokens);

    /// <param name="logs">Of each machine one after another in the order of their sending.</param>
    public static TraceCorpus Read(IEnumerable<(string Machine, byte[] Log)> logs, int leastStream = LeastStream)
    {
        var builder = new Builder();
        foreach (var machine in logs.GroupBy(log => log.Machine, StringComparer.Ordinal))
        {
            builder.BeginMachine();
            foreach (var (_, log) in machine) builder.Add(log);
        }
        return builder.Build(leastStream);
    }

    /// <param name="Time">Milliseconds since 1970, as recorded.</param>
    /// <param name="NumberStart">Of the value of sn, which is counted anew.</param>
    internal readonly record struct CorpusLine(int Start, int Length, long Time, int NumberStart, int NumberLength, int FirstToken, int Tokens);

    private sealed class Builder
    {
        private readonly ArrayBufferWriter<byte> _text = new();
        private readonly List<(int Start, int Length, long Time, int NumberStart, int NumberLength, int Machine)> _lines = [];
        private readonly List<Token> _tokens = [];
        private readonly List<int> _machines = [];
        private readonly HashSet<UInt128> _seen = [];
        private readonly ParsedLine _parsed = new();
        private readonly HashSet<string> _names = new(StringComparer.OrdinalIgnoreCase);
        private readonly HashSet<(int Machine, uint Process)> _processes = [];
        private readonly Dictionary<UInt128, uint> _machinesOf = [];

        public void BeginMachine() => _machines.Add(_lines.Count);

        public void Add(byte[] log)
        {
            var rest = log.AsSpan();
            while (rest.Length > 0)
            {
                var length = rest.IndexOf((byte)'\n') is var end && end < 0 ? rest.Length : end;
                AddLine(rest[..length]);
                rest = rest[Math.Min(rest.Length, length + 1)..];
            }
        }

        private void AddLine(ReadOnlySpan<byte> line)
        {
            if (LineParser.Parse(line, _parsed) != LineFlags.None) return;
            var number = default(FieldRange);
            foreach (ref readonly var field in _parsed.Fields)
            {
                var key = ParsedLine.Key(line, field);
                if (key.SequenceEqual("sn"u8)) number = field;
                if (key.SequenceEqual("com"u8) || key.SequenceEqual("srcCom"u8) || key.SequenceEqual("usr"u8) || key.SequenceEqual("psUser"u8) || key.SequenceEqual("evtUsr"u8)) AddName(_parsed.Value(line, field));
                if (key.SequenceEqual("psID"u8) || key.SequenceEqual("tpsID"u8)) AddProcess(_parsed.Value(line, field));
            }
            if (number.ValueLength == 0 || !_seen.Add(Fingerprint(line[..number.ValueStart], line[number.End..]))) return;
            _lines.Add((_text.WrittenCount, line.Length + 1, _parsed.Time.UnixMilliseconds, number.ValueStart, number.ValueLength, _machines.Count - 1));
            _text.Write(line);
            _text.Write("\n"u8);
        }

        private void AddName(ReadOnlySpan<byte> value)
        {
            var name = Encoding.UTF8.GetString(value).TrimEnd('$');
            if (name.Length >= 3 && !EveryWindows().IsMatch(name)) _names.Add(name);
        }

        private void AddProcess(ReadOnlySpan<byte> value)
        {
            if (uint.TryParse(value, System.Globalization.CultureInfo.InvariantCulture, out var process)) _processes.Add((_machines.Count - 1, process));
        }

        public TraceCorpus Build(int leastStream)
        {
            var text = _text.WrittenSpan.ToArray();
            var scanner = new TokenScanner(_names);
            foreach (var line in _lines) Scan(text, line, scanner, Count);
            var lines = new CorpusLine[_lines.Count];
            for (var i = 0; i < lines.Length; i++)
            {
                var (line, first) = (_lines[i], _tokens.Count);
                Scan(text, line, scanner, (content, machine, own, token, inText) =>
                {
                    if (IsOwn(content, machine, own, token, inText)) _tokens.Add(token);
                });
                lines[i] = new CorpusLine(line.Start, line.Length, line.Time, line.NumberStart, line.NumberLength, first, _tokens.Count - first);
            }
            _machines.Add(lines.Length);
            var streams = _machines.Zip(_machines.Skip(1), (start, end) => start..end).Where(stream => stream.End.Value - stream.Start.Value >= leastStream).ToList();
            return new TraceCorpus(text, lines, [.. _tokens], streams);
        }

        private delegate void Visit(byte[] line, int machine, uint ownProcess, Token token, bool inText);

        private void Scan(byte[] text, (int Start, int Length, long Time, int NumberStart, int NumberLength, int Machine) at, TokenScanner scanner, Visit visit)
        {
            var line = text[at.Start..(at.Start + at.Length - 1)];
            LineParser.Parse(line, _parsed);
            var own = 0u;
            foreach (ref readonly var field in _parsed.Fields)
                if (ParsedLine.Key(line, field).SequenceEqual("psID"u8)) _ = uint.TryParse(_parsed.Value(line, field), System.Globalization.CultureInfo.InvariantCulture, out own);
            scanner.Scan(line, _parsed, (token, inText) => visit(line, at.Machine, own, token, inText));
        }

        private void Count(byte[] line, int machine, uint ownProcess, Token token, bool inText)
        {
            if (!inText || !MayBeShared(token.Kind)) return;
            var key = KeyOf(line, token);
            _machinesOf[key] = _machinesOf.GetValueOrDefault(key) | 1u << machine;
        }

        private bool IsOwn(byte[] line, int machine, uint ownProcess, Token token, bool inText)
        {
            var text = line.AsSpan(token.Start, token.Length);
            if (token.Kind is TokenKind.Number or TokenKind.HexNumber)
            {
                var value = token.Kind == TokenKind.Number ? uint.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : Hexadecimal.Read(text);
                if (!inText) return !TokenScanner.IsKnownPort(KeyBefore(line, token.Start), value);
                if (value == ownProcess) return true;
                if (text.Length < 4 && token.Kind == TokenKind.Number) return false;
                if (_processes.Contains((machine, value))) return true;
            }
            return !inText || !MayBeShared(token.Kind) || BitOperations.PopCount(_machinesOf[KeyOf(line, token)]) < SharedByMachines;
        }

        private static ReadOnlySpan<byte> KeyBefore(ReadOnlySpan<byte> line, int valueStart)
        {
            var before = line[..valueStart].TrimEnd("=\""u8);
            return before[(before.LastIndexOf((byte)' ') + 1)..];
        }

        private static bool MayBeShared(TokenKind kind) => kind is TokenKind.Guid or TokenKind.Hex or TokenKind.Number or TokenKind.HexNumber or TokenKind.LongNumber;

        private static UInt128 KeyOf(byte[] line, Token token) => Fingerprint([(byte)token.Kind], Encoding.ASCII.GetBytes(Encoding.ASCII.GetString(line, token.Start, token.Length).ToLowerInvariant()));

        private static UInt128 Fingerprint(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
        {
            Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            hash.AppendData(first);
            hash.AppendData(second);
            hash.GetHashAndReset(digest);
            return System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(digest);
        }
    }

    /// <summary>Accounts that every Windows has.</summary>
    [GeneratedRegex(@"^(SYSTEM|.* SERVICE|ANONYMOUS LOGON|DWM-\d+|UMFD-\d+|Administrator|Guest|DefaultAccount|krbtgt|-)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex EveryWindows();
}
