using Deit.Compiler.Diagnostics;
using Deit.Generators.CodeFixes;

namespace Deit.Tests.CodeFixes;

public sealed class SetValueCodeFixTests
{
    /// <summary>Declarations in which @ stands for the value to mend; then the titles with the values that stand there afterwards.</summary>
    public static TheoryData<string, string, string[], string[]> Values => new()
    {
        // DEIT010
        {
            "[Deit.VisionTransformer(EmbedDim = @, Depth = 1, Heads = 3)] public partial class Student;", "190",
            ["Set EmbedDim to 189", "Set EmbedDim to 192"], ["189", "192"]
        },
        {
            "[Deit.VisionTransformer(EmbedDim = 190, Depth = 1, Heads = @)] public partial class Student;", "3",
            ["Set Heads to 2"], ["2"]
        },
        {
            "[Deit.VisionTransformer(EmbedDim = 190, Depth = 1, Heads = /* few */ @)] public partial class Student;\npublic static class Sizes { public const int Heads = 3; }", "Sizes.Heads",
            ["Set Heads to 2"], ["2"]
        },
        {
            "[Deit.VisionTransformer(EmbedDim = 192, Depth = 2, HeadsPerBlock = [3, @])] public partial class Student;", "5",
            ["Set HeadsPerBlock[1] to 4"], ["4"]
        },

        // DEIT011
        {
            "[Deit.VisionTransformer(EmbedDim = 96, Depth = 1, Heads = 3, ImageSize = @, PatchSize = 16)] public partial class Student;", "230",
            ["Set ImageSize to 224", "Set ImageSize to 240"], ["224", "240"]
        },
        {
            "[Deit.VisionTransformer(EmbedDim = 96, Depth = 1, Heads = 3, ImageSize = 230, PatchSize = @)] public partial class Student;", "16",
            ["Set PatchSize to 10"], ["10"]
        },
        {
            "[Deit.VisionTransformer(EmbedDim = 96, Depth = 1, Heads = 3, ImageSize = 225@)] public partial class Student;", "",
            ["Set PatchSize to 15"], [", PatchSize = 15"]
        },
        {
            "[Deit.VisionTransformer(\n    EmbedDim = 96, Depth = 1, Heads = 3,\n    ImageSize = 225@ // odd\n)]\npublic partial class Student;", "",
            ["Set PatchSize to 15"], [", PatchSize = 15"]
        },

        // DEIT012
        {
            "[Deit.RegNet(GroupWidth = 8, Depths = [1, 1], Widths = [24, @])] public partial class Teacher;", "50",
            ["Set Widths[1] to 48", "Set Widths[1] to 56"], ["48", "56"]
        },
        {
            "[Deit.RegNet(GroupWidth = 8, Depths = [1, 1], Widths = new[] { @, 48 })] public partial class Teacher;", "25",
            ["Set Widths[0] to 24", "Set Widths[0] to 32"], ["24", "32"]
        },
        {
            "[Deit.RegNet(GroupWidth = 8, Depths = [1, 1], Widths = new int[] { 24, @ })] public partial class Teacher;", "50",
            ["Set Widths[1] to 48", "Set Widths[1] to 56"], ["48", "56"]
        },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public async Task A_value_is_set_to_the_nearest_that_are_valid(string declaration, string wrong, string[] titles, string[] right)
    {
        IReadOnlyList<(string Title, string Source)> offered = await CodeFixHost.Offer(new SetValueCodeFix(), declaration.Replace("@", wrong));

        Assert.Equal(
            titles.Zip(right, (title, value) => (title, declaration.Replace("@", value))),
            offered.Where(fix => titles.Contains(fix.Title)));
        Assert.All(offered, static fix => CodeFixHost.AssertMended(fix.Source));
    }

    [Theory]
    [InlineData("[Deit.VisionTransformer(EmbedDim = 190, Depth = 1, Heads = 3)] public partial class Student;", "Set EmbedDim to 189", "Set EmbedDim to 192", "Set Heads to 2")]
    [InlineData("[Deit.VisionTransformer(EmbedDim = 65535, Depth = 1, Heads = 4)] public partial class Student;", "Set EmbedDim to 65532", "Set EmbedDim to 65536", "Set Heads to 3")]
    [InlineData("[Deit.VisionTransformer(EmbedDim = 65535, Depth = 1, Heads = 7)] public partial class Student;", "Set EmbedDim to 65534", "Set Heads to 5")]
    [InlineData("[Deit.VisionTransformer(EmbedDim = 96, Depth = 1, Heads = 3, ImageSize = 2060, PatchSize = 1020)] public partial class Student;", "Set ImageSize to 2040", "Set ImageSize to 3060", "Set PatchSize to 515")]
    [InlineData("[Deit.VisionTransformer(EmbedDim = 2, Depth = 1, Heads = 3)] public partial class Student;", "Set EmbedDim to 3", "Set Heads to 2")]
    [InlineData("[Deit.VisionTransformer(EmbedDim = 96, Depth = 1, Heads = 3)] public partial class Student;")]
    public async Task Only_values_in_their_range_are_offered(string declaration, params string[] titles)
    {
        IReadOnlyList<(string Title, string Source)> offered = await CodeFixHost.Offer(new SetValueCodeFix(), declaration);

        Assert.Equal(titles, offered.Select(static fix => fix.Title));
    }

    [Fact]
    public void Fixes_travel_with_a_diagnostic_in_their_order()
    {
        Fix[] fixes = [.. Enumerable.Range(0, 12).Select(static i => Fix.Of($"Widths.{i}", 8 * i))];

        Assert.Equal(fixes, FixProperties.Read(FixProperties.Of(fixes).Add("Other", "1")));
    }
}
