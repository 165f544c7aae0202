using Deit.Generators.CodeFixes;

namespace Deit.Tests.CodeFixes;

public sealed class MakePartialCodeFixTests
{
    private const string Attribute = "[Deit.VisionTransformer(EmbedDim = 96, Depth = 1, Heads = 3)]";

    public static TheoryData<string, string, string> Declarations => new()
    {
        { $"{Attribute} public class Student;", "Make 'Student' partial", $"{Attribute} public partial class Student;" },
        { $"{Attribute}\npublic sealed class Student {{ }}\n", "Make 'Student' partial", $"{Attribute}\npublic sealed partial class Student {{ }}\n" },
        { $"/// <summary>Mine.</summary>\n{Attribute}\n// Small.\nclass Student;", "Make 'Student' partial", $"/// <summary>Mine.</summary>\n{Attribute}\n// Small.\npartial class Student;" },
        { $"public static class All\n{{\n    {Attribute} public partial class Student;\n}}", "Make 'All' partial", $"public static partial class All\n{{\n    {Attribute} public partial class Student;\n}}" },
    };

    [Theory]
    [MemberData(nameof(Declarations))]
    public async Task A_class_is_made_partial(string source, string title, string mended)
    {
        (string Title, string Source) fix = Assert.Single(await CodeFixHost.Offer(new MakePartialCodeFix(), source));

        Assert.Equal((title, mended), fix);
        CodeFixHost.AssertMended(fix.Source);
    }

    [Fact]
    public async Task A_partial_class_needs_no_fix() =>
        Assert.Empty(await CodeFixHost.Offer(new MakePartialCodeFix(), $"{Attribute} public partial class Student;"));
}
