using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Akashi.Platform.Errors;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Akashi.Architecture.Tests;

/// <summary>Every failure has a stable id of its own and says in both languages what happened.</summary>
public sealed partial class FailureTests
{
    private const int ShortestText = 8;
    private const int LongestText = 600;
    private static readonly string Hostile = "a\r\nX: 1\u001b[2J\u202E" + new string('x', 10_000);

    /// <summary>Parameters that the service words itself.</summary>
    private static readonly string?[] OwnWords = ["Field", "Rule", "Fault", "Why", "WhyJapanese", "WhyEnglish", "State", "TraceId"];

    [Fact]
    public void Failures_OfAllModules_HaveDistinctIdsAndBothTexts()
    {
        var types = Concrete([typeof(AkashiModule).Assembly, .. Modules.Assemblies]);
        Assert.True(types.Count > 20, "the failures were not found");
        Assert.Empty(FaultsOf(types));
    }

    /// <summary>Callers pass what was typed as it is: each failure bounds it and keeps it on one line.</summary>
    [Fact]
    public void Failures_OfHostileInput_QuoteItBoundedOnOneLine() => Assert.Empty(UnquotedIn(Concrete([typeof(AkashiModule).Assembly, .. Modules.Assemblies])));

    [Fact]
    public void Failures_ThatBreakTheRules_AreFound()
    {
        Assert.Equal(2, UnquotedIn([typeof(Sound), typeof(SameId)]).Count);
        var faults = string.Join('\n', FaultsOf([typeof(Sound), typeof(SameId), typeof(NoJapanese), typeof(NoEnglish), typeof(OddId), typeof(NoFailure)]));
        Assert.DoesNotContain("Sound has", faults, StringComparison.Ordinal);
        foreach (var expected in new[] { "Sound, SameId share the id 'probe-sound'", "NoJapanese has no Japanese text", "NoEnglish has no English text", "OddId has the id 'Odd Id'", "NoFailure has the status 200" })
            Assert.Contains(expected, faults, StringComparison.Ordinal);
    }

    private static List<Type> Concrete(IEnumerable<Assembly> assemblies) =>
        [.. assemblies.Distinct().SelectMany(assembly => assembly.GetTypes()).Where(type => type.IsSubclassOf(typeof(Failure)) && !type.IsAbstract)];

    private static List<string> FaultsOf(IReadOnlyList<Type> types)
    {
        var all = types.Select(type => (Type: type, Failure: (Failure)Make(type)!)).ToList();
        var faults = all.GroupBy(one => one.Failure.Code).Where(group => group.Count() > 1)
            .Select(group => $"{string.Join(", ", group.Select(one => one.Type.Name))} share the id '{group.Key}'").ToList();
        foreach (var (type, failure) in all)
        {
            if (!KebabCase().IsMatch(failure.Code)) faults.Add($"{type.Name} has the id '{failure.Code}', not kebab case");
            if (!type.IsSealed) faults.Add($"{type.Name} has subclasses");
            if (failure.Status is < StatusCodes.Status400BadRequest or > 599) faults.Add($"{type.Name} has the status {failure.Status}");
            if (failure.Japanese.Length < ShortestText || !Kana().IsMatch(failure.Japanese)) faults.Add($"{type.Name} has no Japanese text: {failure.Japanese}");
            if (failure.English.Length < ShortestText || Kana().IsMatch(failure.English)) faults.Add($"{type.Name} has no English text: {failure.English}");
        }
        return faults;
    }

    private static List<string> UnquotedIn(IEnumerable<Type> types) =>
        [.. from type in types let failure = (Failure)Make(type, Hostile)! from text in new[] { failure.Japanese, failure.English }
            where text.Length > LongestText || text.Any(char.IsControl) || text.Contains('\u202E') select $"{type.Name}: {text[..Math.Min(text.Length, LongestText)]}"];

    /// <summary>Some value of a type, made through the first constructor; texts must not fall over any.</summary>
    private static object? Make(Type type, string text = "value")
    {
        if (Nullable.GetUnderlyingType(type) is not null) return null;
        if (type == typeof(string)) return text;
        if (type.IsEnum) return Enum.GetValues(type).GetValue(0);
        if (type == typeof(int)) return StatusCodes.Status400BadRequest; // a status, where a failure takes its own
        if (type.IsPrimitive) return Convert.ChangeType(1, type, CultureInfo.InvariantCulture);
        if (type == typeof(Guid) || type == typeof(DateTimeOffset) || type == typeof(TimeSpan) || type == typeof(DateOnly)) return Activator.CreateInstance(type);
        if (type.IsAssignableTo(typeof(IEnumerable)) && type.IsInterface && type.IsGenericType) return Array.CreateInstance(type.GetGenericArguments()[0], 0);
        if (type.IsArray) return Array.CreateInstance(type.GetElementType()!, 0);
        var constructor = type.GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            .Where(one => one.GetParameters() is not [var only] || only.ParameterType != type) // not a record's copy constructor
            .OrderByDescending(one => one.IsPublic).FirstOrDefault();
        return constructor is null ? RuntimeHelpers.GetUninitializedObject(type) : constructor.Invoke([.. constructor.GetParameters().Select(parameter => Make(parameter.ParameterType, parameter.Member.DeclaringType!.IsSubclassOf(typeof(Failure)) && OwnWords.Contains(parameter.Name) ? "value" : text))]);
    }

    [GeneratedRegex("^[a-z][a-z0-9]*(-[a-z0-9]+)+$", RegexOptions.None, 1000)]
    private static partial Regex KebabCase();

    [GeneratedRegex(@"[\p{IsHiragana}\p{IsKatakana}]", RegexOptions.None, 1000)]
    private static partial Regex Kana();

    private sealed record Sound() : Failure("probe-sound", 400)
    {
        public override string Japanese => "検査のための失敗です。";
        public override string English => "A failure for the test.";
    }

    private sealed record SameId(string Value) : Failure("probe-sound", 400)
    {
        public override string Japanese => $"「{Value}」は検査のための失敗です。";
        public override string English => $"'{Value}' is a failure for the test.";
    }

    private sealed record NoJapanese() : Failure("probe-no-japanese", 400)
    {
        public override string Japanese => "Only English here.";
        public override string English => "Only English here.";
    }

    private sealed record NoEnglish() : Failure("probe-no-english", 400)
    {
        public override string Japanese => "英語がありません。";
        public override string English => "";
    }

    private sealed record OddId() : Failure("Odd Id", 400)
    {
        public override string Japanese => "変わった番号です。";
        public override string English => "The id is odd.";
    }

    private sealed record NoFailure() : Failure("probe-no-failure", 200)
    {
        public override string Japanese => "成功のはずです。";
        public override string English => "This should be a success.";
    }
}
