using Akashi.Platform.Quotas;
using Xunit;

namespace Akashi.Platform.Tests.Quotas;

public sealed class TokenBucketTests
{
    private readonly HandClock _clock = new();

    [Fact]
    public void Take_BeyondTheBurst_SaysHowLongAndTakesAgainWhenTheClockHasMoved()
    {
        var bucket = new TokenBucket(_clock);
        for (var i = 0; i < 10; i++) Assert.Equal(TimeSpan.Zero, bucket.Take(1, 2, 10));
        Assert.Equal(TimeSpan.FromSeconds(0.5), bucket.Take(1, 2, 10));
        Assert.Equal(TimeSpan.FromSeconds(0.5), bucket.Take(1, 2, 10)); // a refusal costs nothing
        _clock.Advance(TimeSpan.FromSeconds(0.5));
        Assert.Equal(TimeSpan.Zero, bucket.Take(1, 2, 10));
        Assert.NotEqual(TimeSpan.Zero, bucket.Take(1, 2, 10));
        _clock.Advance(TimeSpan.FromDays(400));
        for (var i = 0; i < 10; i++) Assert.Equal(TimeSpan.Zero, bucket.Take(1, 2, 10)); // no more than the burst is saved up
        Assert.NotEqual(TimeSpan.Zero, bucket.Take(1, 2, 10));
    }

    [Fact]
    public void Take_MoreThanTheBurst_PassesOnceItIsFullAndIsPaidOff()
    {
        var bucket = new TokenBucket(_clock);
        Assert.Equal(TimeSpan.Zero, bucket.Take(50, 10, 20)); // leaves a debt of 30
        Assert.Equal(TimeSpan.FromSeconds(3.1), bucket.Take(1, 10, 20));
        _clock.Advance(TimeSpan.FromSeconds(3.1));
        Assert.Equal(TimeSpan.Zero, bucket.Take(1, 10, 20));
        Assert.Equal(TimeSpan.FromSeconds(2), bucket.Take(50, 10, 20));
    }

    [Fact]
    public void Take_AfterTheLimitChanged_FollowsTheNewOne()
    {
        var bucket = new TokenBucket(_clock);
        Assert.Equal(TimeSpan.Zero, bucket.Take(1, 1, 1000));
        for (var i = 0; i < 5; i++) Assert.Equal(TimeSpan.Zero, bucket.Take(1, 1, 5));
        Assert.NotEqual(TimeSpan.Zero, bucket.Take(1, 1, 5));
    }

    /// <summary>Over any time, no more than burst + time × rate, and whoever waits as told is served.</summary>
    [Fact]
    public void Take_AtRandomTimes_HoldsTheRateAndKeepsItsWord()
    {
        var seed = HashCode.Combine(TimeProvider.System.GetTimestamp());
        var chance = new Seeded(seed);
        for (var round = 0; round < 200; round++)
        {
            var (bucket, rate, burst, taken, begin) = (new TokenBucket(_clock), 1 + chance.Next(100), 1 + chance.Next(50), 0d, _clock.Elapsed);
            for (var step = 0; step < 100; step++)
            {
                var cost = 1 + chance.Next(burst);
                var wait = bucket.Take(cost, rate, burst);
                if (wait > TimeSpan.Zero)
                {
                    _clock.Advance(wait + TimeSpan.FromTicks(10)); // ticks are coarser than the sum
                    Assert.True(bucket.Take(cost, rate, burst) == TimeSpan.Zero, $"waiting as told was in vain, seed {seed}");
                }
                taken += cost;
                Assert.True(taken <= burst + (_clock.Elapsed - begin).TotalSeconds * rate + 0.01, $"more than the rate, seed {seed}");
                _clock.Advance(TimeSpan.FromMilliseconds(chance.Next(50)));
            }
        }
    }
}

/// <summary>A clock whose elapsed time, too, passes by hand alone.</summary>
internal sealed class HandClock : TimeProvider
{
    public TimeSpan Elapsed { get; private set; } = TimeSpan.FromHours(1);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Elapsed.Ticks;

    public void Advance(TimeSpan time) => Elapsed += time;
}
