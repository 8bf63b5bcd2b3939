using Akashi.Platform.Errors;
using Microsoft.AspNetCore.Http;

namespace Akashi.Identity.Passwords;

internal sealed record SignInBusy() : Failure("sign-in-busy", StatusCodes.Status503ServiceUnavailable)
{
    public override string Japanese => "サインインが混み合っています。数秒おいて再度お試しください。";
    public override string English => "Too many people are signing in right now. Try again in a few seconds.";
    public override int? RetryAfterSeconds => 3;
}

/// <summary>
/// Password hashing is dear by intention. It runs on all cores but one, with a bounded number of people waiting; beyond that they
/// are asked to come back, so that guessing cannot become a denial of service.
/// </summary>
/// <param name="workers">Hashes computed at a time.</param>
/// <param name="waiting">Requests that may wait beside those.</param>
internal sealed class PasswordQueue(int workers, int waiting) : IDisposable
{
    private const int WaitingPerWorker = 20; // about two seconds of work

    private readonly SemaphoreSlim _workers = new(workers, workers);
    private int _inside;

    /// <summary>How many are inside, hashing or waiting.</summary>
    public int Length => Volatile.Read(ref _inside);

    public static PasswordQueue ForThisMachine()
    {
        var workers = Math.Max(1, Environment.ProcessorCount - 1);
        return new PasswordQueue(workers, workers * WaitingPerWorker);
    }

    /// <summary>A place in the queue, or null when it is full. Taken before an attempt is counted, so that a refused one is not.</summary>
    public Place? TryEnter()
    {
        if (Interlocked.Increment(ref _inside) <= workers + waiting) return new Place(this);
        Interlocked.Decrement(ref _inside);
        return null;
    }

    public void Dispose() => _workers.Dispose();

    internal sealed class Place(PasswordQueue queue) : IDisposable
    {
        private int _left;

        public async Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellation)
        {
            await queue._workers.WaitAsync(cancellation);
            try
            {
                return await Task.Run(work, CancellationToken.None);
            }
            finally
            {
                queue._workers.Release();
            }
        }

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0) Interlocked.Decrement(ref queue._inside);
        }
    }
}
