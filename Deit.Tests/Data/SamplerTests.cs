using System.Text.Json;
using Deit.Data;
using Deit.Tests.Support;

namespace Deit.Tests.Data;

public class SamplerTests
{
    private static readonly JsonElement Recorded = ReferenceFile.Read("recipe/repeated_augmentation.json");

    public static TheoryData<int> Cases => [.. Enumerable.Range(0, Recorded.GetArrayLength())];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Repeated_augmentation_deals_as_timm_and_DeiT_do(int number)
    {
        JsonElement recorded = Recorded[number];
        int length = recorded.GetProperty("length").GetInt32();
        int[] order = recorded.TryGetProperty("permutation", out JsonElement given) ? Numbers(given) : [.. Enumerable.Range(0, length)];
        var group = new ProcessGroup(recorded.GetProperty("rank").GetInt32(), recorded.GetProperty("world_size").GetInt32());
        var options = new RepeatedAugmentation { Repeats = recorded.GetProperty("repeats").GetInt32() };

        int[] indices = [.. options.Deal(order, group).Select(sample => sample.Index)];

        Assert.Equal(recorded.GetProperty("num_selected").GetInt32(), indices.Length);
        Assert.Equal(recorded.GetProperty("num_samples").GetInt64(), options.Dealt(length, group));
        if (recorded.TryGetProperty("indices", out JsonElement all)) Assert.Equal(Numbers(all), indices);
        if (recorded.TryGetProperty("first20", out JsonElement first)) Assert.Equal(Numbers(first), indices[..20]);
        if (recorded.TryGetProperty("last5", out JsonElement last)) Assert.Equal(Numbers(last), indices[^5..]);
    }

    [Fact]
    public void The_views_of_an_image_stand_in_a_row_and_are_numbered()
    {
        Sample[] samples = new RepeatedAugmentation { Repeats = 3, SelectedRound = 0 }.Deal([7, 5, 9], ProcessGroup.Single);
        Assert.Equal([new(7, 0), new(7, 1), new(7, 2)], samples);
    }

    [Fact]
    public void Fractions_repeat_some_images_once_more()
    {
        // timm: int(i // 2.5) for i from 0 to 9 is 0 0 0 1 1 2 2 2 3 3.
        var options = new RepeatedAugmentation { Repeats = 2.5, SelectedRound = 0, SelectedRatio = 0.4 };
        Sample[] samples = options.Deal([10, 11, 12, 13], ProcessGroup.Single);

        Assert.Equal([10, 10, 10, 11, 11, 12, 12, 12, 13, 13], samples.Select(sample => sample.Index));
        Assert.Equal([0, 1, 2, 0, 1, 0, 1, 2, 0, 1], samples.Select(sample => sample.Repeat));
    }

    [Theory]
    [InlineData(1.1, 100)]
    [InlineData(1.7, 90)]
    [InlineData(3.3, 70)]
    public void Fractions_are_divided_by_as_Python_does_it(double repeats, int count)
    {
        // What floor division means, in numbers that hold the fraction exactly: 11 // 1.1 is 9, since 1.1 is a little more.
        var options = new RepeatedAugmentation { Repeats = repeats, SelectedRound = 0, SelectedRatio = 0.1 };
        Sample[] samples = options.Deal([.. Enumerable.Range(0, count)], ProcessGroup.Single);

        Assert.Equal(options.Dealt(count, ProcessGroup.Single), samples.Length);
        var exact = (Int128)(repeats * (1L << 52));
        Assert.Equal(
            Enumerable.Range(0, samples.Length).Select(view => (int)(((Int128)view << 52) / exact)),
            samples.Select(sample => sample.Index));
        Assert.All(samples.GroupBy(sample => sample.Index), views => Assert.Equal(Enumerable.Range(0, views.Count()), views.Select(sample => sample.Repeat)));
    }

    [Fact]
    public void What_does_not_go_round_is_filled_up_from_the_begin()
    {
        // 5 views for 2 processes: the sixth is the first again.
        var options = new RepeatedAugmentation { Repeats = 1, SelectedRound = 0 };
        Assert.Equal([1, 3, 0], options.Deal([0, 1, 2, 3, 4], new ProcessGroup(1, 2)).Select(sample => sample.Index));
    }

    [Fact]
    public void Fewer_images_than_DeiT_rounds_down_to_are_not_rounded_to_none()
    {
        var options = new RepeatedAugmentation();
        Assert.Empty(options.Deal([.. Enumerable.Range(0, 255)], ProcessGroup.Single));
        Assert.Equal(255, new RepeatedAugmentationSampler(255, 0, options.For(255)).SamplesPerEpoch);
        Assert.Equal(256, new RepeatedAugmentationSampler(300, 0, options.For(300)).SamplesPerEpoch);
    }

    [Theory]
    [InlineData(10, 3, false, new[] { 0, 3, 6, 9 }, new[] { 2, 5, 8, 1 })]
    [InlineData(10, 3, true, new[] { 0, 3, 6 }, new[] { 2, 5, 8 })]
    [InlineData(9, 3, true, new[] { 0, 3, 6 }, new[] { 2, 5, 8 })]
    [InlineData(2, 5, false, new[] { 0 }, new[] { 0 })]
    [InlineData(3, 5, true, new int[0], new int[0])]
    public void Images_are_dealt_as_by_PyTorch(int count, int processes, bool dropLast, int[] first, int[] last)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        int[][] dealt = [.. Enumerable.Range(0, processes)
            .Select(rank => DistributedSampler.Deal(order, new ProcessGroup(rank, processes), dropLast).Select(sample => sample.Index).ToArray())];

        Assert.Equal(first, dealt[0]);
        Assert.Equal(last, dealt[^1]);
        Assert.Single(dealt.Select(indices => indices.Length).Distinct());
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void All_processes_together_show_the_order_of_one(int processes)
    {
        Sample[] alone = [.. new DistributedSampler(12, seed: 4).Epoch(5)];
        Sample[][] dealt = [.. Enumerable.Range(0, processes)
            .Select(rank => new DistributedSampler(12, seed: 4, new ProcessGroup(rank, processes)).Epoch(5).ToArray())];

        Assert.Equal(alone, Enumerable.Range(0, 12).Select(place => dealt[place % processes][place / processes]));
        Assert.NotEqual(alone, new DistributedSampler(12, seed: 4).Epoch(6));
        Assert.NotEqual(alone, new DistributedSampler(12, seed: 5).Epoch(5));
    }

    [Fact]
    public void What_makes_no_sense_is_refused_by_name()
    {
        Assert.Contains("The rank is 2", Refused(() => new ProcessGroup(2, 2)));
        Assert.Contains("The number of processes is 0", Refused(() => new ProcessGroup(0, 0)));
        Assert.Contains("repeated augmentations is 0.5", Refused(() => new RepeatedAugmentation { Repeats = 0.5 }));

        static string Refused(Func<object> make) => Assert.Throws<DeitException>(make).Message;
    }

    private static int[] Numbers(JsonElement list) => [.. list.EnumerateArray().Select(static number => number.GetInt32())];
}
