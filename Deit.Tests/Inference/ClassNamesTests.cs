using Deit.Inference;
using Deit.Tests.Support;
using Deit.Tests.Training;

namespace Deit.Tests.Inference;

public sealed class ClassNamesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("cat\ndog\n", "cat=cat", "dog=dog")]
    [InlineData("great white shark\r\n\r\n  hen ", "great white shark=great white shark", "hen=hen")]
    [InlineData("n01440764 tench, Tinca tinca\nn01443537 goldfish\n", "n01440764=tench, Tinca tinca", "n01443537=goldfish")]
    [InlineData("n01440764\nn01443537\n", "n01440764=n01440764", "n01443537=n01443537")]
    [InlineData("n01440764 tench\ndog\n", "n01440764 tench=n01440764 tench", "dog=dog")]
    [InlineData("""["cat", "dog"]""", "cat=cat", "dog=dog")]
    [InlineData("""{"label_names": ["n1", "n2"], "label_descriptions": {"n2": "two"}}""", "n1=n1", "n2=two")]
    [InlineData("""{"pretrained_cfg": {"label_names": ["a", "b"]}}""", "a=a", "b=b")]
    [InlineData("""{"model_type": "vit", "id2label": {"10": "k", "2": "c", "0": "a"}}""", "a=a", "c=c", "k=k")]
    public void Names_are_read_in_the_forms_that_are_met(string text, params string[] expected)
    {
        ClassNames names = ClassNames.Read(Write(text));

        Assert.Equal(expected, names.Classes.Select(static item => $"{item.Id}={item.Label}"));
        Assert.Equal(expected.Length - 1, names.IndexOf(names.Classes[^1].Id));
        Assert.Null(names.IndexOf("unknown"));
    }

    [Theory]
    [InlineData("", "names no classes")]
    [InlineData("{}", "names no classes")]
    [InlineData("[\"cat\"", "is damaged")]
    public void A_file_without_names_is_refused(string text, string message)
    {
        Assert.Contains(message, Assert.Throws<DeitException>(() => ClassNames.Read(Write(text))).Message);
        Assert.Contains("nowhere.txt", Assert.Throws<DeitException>(() => ClassNames.Read(_folder.File("nowhere.txt"))).Message);
    }

    [Fact]
    public void Names_of_another_number_of_classes_are_refused()
    {
        DeitException refused = Assert.Throws<DeitException>(() => ClassNames.Read(Write("cat\ndog")).For(TinyModels.Describe("tiny", distilled: false)));

        Assert.Contains("names 2 classes, but tiny tells 10 apart", refused.Message);
    }

    [Fact]
    public void ImageNet_has_1000_different_classes_in_the_order_of_published_weights()
    {
        ClassNames names = ClassNames.ImageNet;

        Assert.Equal(1000, names.Classes.Distinct().Count());
        Assert.Equal(
            ["tench", "golden retriever", "tabby", "toilet tissue"],
            new[] { 0, 207, 281, 999 }.Select(index => names.Classes[index].Label));
    }

    private string Write(string text)
    {
        File.WriteAllText(_folder.File("names"), text);
        return _folder.File("names");
    }
}
