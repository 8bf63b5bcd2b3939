using System.Diagnostics;
using System.Globalization;
using Akashi.Bench.Traces.Peers;

namespace Akashi.Bench.Traces.Questions;

/// <summary>Asks every store the same and compares the answers of those that hold the same rows.</summary>
internal sealed class Questioning(IReadOnlyList<ITraceStore> stores, IReadOnlyList<Question> questions, int events)
{
    /// <summary>Of each kind in each store.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);

    private readonly List<string> _faults = [];

    /// <summary>Questions that a store failed to answer, or to which two stores with the same rows gave different answers.</summary>
    public IReadOnlyList<string> Faults => _faults;

    /// <returns>Milliseconds of each question a store answered, by the question's name.</returns>
    public async Task<Dictionary<(string Question, string Store), List<double>>> AskAsync()
    {
        var times = new Dictionary<(string, string), List<double>>();
        var answers = new Dictionary<(Question, int Rows), (string Answer, string Store)>();
        foreach (var group in questions.GroupBy(question => question.Name))
        {
            foreach (var store in stores)
            {
                try
                {
                    await WarmUpAsync(group.First(), store);
                    foreach (var question in group) (times.TryGetValue((group.Key, store.Name), out var list) ? list : times[(group.Key, store.Name)] = []).Add(await TimeAsync(question, store, answers));
                }
                catch (NotServedException e)
                {
                    BenchReport.Note($"traces: {group.Key} is not served yet by {store.Name}: {Shortened(e.Message)}");
                }
                catch (Exception e) when (e is InvalidOperationException or HttpRequestException or OperationCanceledException)
                {
                    times.Remove((group.Key, store.Name));
                    AddFault($"{group.Key} failed in {store.Name}: {Shortened(e.Message)}");
                }
            }
        }
        return times;
    }

    /// <summary>A process that has just started and no page of its files in memory.</summary>
    public async Task AskColdAsync()
    {
        var dropped = "";
        foreach (var store in stores) await store.RestartAsync();
        foreach (var group in questions.GroupBy(question => question.Name))
        {
            var figures = new List<string>();
            foreach (var store in stores)
            {
                dropped = await PageCache.DropAsync();
                try
                {
                    var started = Stopwatch.GetTimestamp();
                    await group.ElementAt(NeedleDraw.Present - 1).Ask(store);
                    figures.Add(string.Create(CultureInfo.InvariantCulture, $"{store.Name} {Stopwatch.GetElapsedTime(started).TotalMilliseconds:0.#} ms"));
                }
                catch (Exception e) when (e is NotServedException or InvalidOperationException or HttpRequestException or OperationCanceledException)
                {
                    figures.Add($"{store.Name} no answer");
                }
            }
            BenchReport.Note($"traces: cold {group.Key}: {string.Join(", ", figures)}");
        }
        BenchReport.Note($"traces: cold is one question after a restart of the service, the page cache emptied by {dropped}");
    }

    /// <summary>The first of a kind pay for the compiler and the page cache.</summary>
    private static async Task WarmUpAsync(Question question, ITraceStore store)
    {
        var started = Stopwatch.GetTimestamp();
        do await question.Ask(store);
        while (Stopwatch.GetElapsedTime(started) < WarmUp);
    }

    private async Task<double> TimeAsync(Question question, ITraceStore store, Dictionary<(Question, int), (string Answer, string Store)> answers)
    {
        var started = Stopwatch.GetTimestamp();
        var answer = await question.Ask(store);
        var elapsed = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        var key = (question, Math.Min(events, store.MostRows));
        if (!answers.TryAdd(key, (answer, store.Name)) && answers[key].Answer != answer)
            AddFault($"{question.Name} '{question.Needle}': {answers[key].Store} answers '{Shortened(answers[key].Answer)}', {store.Name} answers '{Shortened(answer)}'");
        return elapsed;
    }

    /// <summary>The rest is asked all the same: hours went into filling.</summary>
    private void AddFault(string fault)
    {
        _faults.Add(fault);
        BenchReport.Note("traces: FAULT: " + fault);
    }

    private static string Shortened(string text) => text.Length <= 2000 ? text : text[..2000] + "…";
}
