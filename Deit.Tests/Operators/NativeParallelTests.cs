using Deit.Operators;
using static TorchSharp.torch;

namespace Deit.Tests.Operators;

public sealed unsafe class NativeParallelTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(1001, 1)]
    [InlineData(1001, 100)]
    [InlineData(3, 1000)]
    public void Every_number_is_done_once(int count, int grain)
    {
        int[] done = new int[count + 1];
        fixed (int* pointer = done)
        {
            NativeParallel.For(count, grain, new Counting(pointer));
        }

        Assert.All(done[..count], static times => Assert.Equal(1, times));
        Assert.Equal(0, done[count]);
    }

    [Fact]
    public void An_exception_in_a_part_comes_out_and_the_next_call_works()
    {
        for (int time = 0; time < 100; time++)
        {
            InvalidTimeZoneException thrown = Assert.Throws<InvalidTimeZoneException>(() => NativeParallel.For(64, 1, new Throwing(63)));
            Assert.Equal("number 63", thrown.Message);
        }

        Every_number_is_done_once(64, 1);
    }

    [Fact]
    public void Nothing_is_allocated()
    {
        int[] done = new int[64];
        fixed (int* pointer = done)
        {
            NativeParallel.For(64, 1, new Counting(pointer));
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int time = 0; time < 100; time++) NativeParallel.For(64, 1, new Counting(pointer));
            Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        }
    }

    [Fact]
    public void Calls_from_several_threads_do_not_disturb_each_other()
    {
        Parallel.For(0, 8, static _ =>
        {
            for (int time = 0; time < 50; time++)
            {
                using var scope = NewDisposeScope();
                using var space = new Workspace("cpu", ScalarType.Float32);
                TorchSharp.torch.Tensor dy = space.Leaf("dy", 300, 40);
                Matrix sum = space.New(1, 40);
                Fused.ColumnSum(space.Of(dy), sum);
                space.Holds(dy.sum([0]), sum);
            }
        });
    }

    private readonly struct Counting(int* done) : IRangeBody
    {
        public void Run(long begin, long end)
        {
            for (long index = begin; index < end; index++) Interlocked.Increment(ref done[index]);
        }
    }

    private readonly struct Throwing(long number) : IRangeBody
    {
        public void Run(long begin, long end)
        {
            if (begin <= number && number < end) throw new InvalidTimeZoneException($"number {number}");
        }
    }
}
