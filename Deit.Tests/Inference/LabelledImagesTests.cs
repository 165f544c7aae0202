using Deit.Inference;
using Deit.Tests.Support;
using Deit.Tests.Training;

namespace Deit.Tests.Inference;

public sealed class LabelledImagesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("val/")]
    public void A_folder_for_every_class_is_labelled_by_their_order(string inner)
    {
        Make($"{inner}b/2.png", $"{inner}b/1.PNG", $"{inner}a/x.jpeg", $"{inner}a/notes.txt");

        LabelledImages images = LabelledImages.Open(_folder.Path, Model(2));

        Assert.Equal(["a/x.jpeg=0", "b/1.PNG=1", "b/2.png=1"], Shown(images));
    }

    [Fact]
    public void Some_of_the_classes_are_known_by_their_names()
    {
        Make("n03/1.png", "n01/1.png");
        ClassNames names = ClassNames.Of("a list", ["n03", "n02", "n01"]);

        Assert.Equal(["n01/1.png=2", "n03/1.png=0"], Shown(LabelledImages.Open(_folder.Path, Model(3), names)));
    }

    [Theory]
    [InlineData("val/classes.txt")]
    [InlineData("LOC_synset_mapping.txt")]
    [InlineData("synset_words.txt")]
    public void A_list_that_lies_beside_the_images_is_used(string list)
    {
        Make("val/n00000003/1.png");
        File.WriteAllText(Path.Combine(_folder.Path, list), "n00000001 one\nn00000003 three\nn00000002 two\n");

        Assert.Equal(["n00000003/1.png=1"], Shown(LabelledImages.Open(_folder.Path, Model(3))));
    }

    [Fact]
    public void Folders_whose_names_are_no_list_s_are_labelled_by_their_order_where_there_is_one_for_every_class()
    {
        Make("n01/1.png", "n02/1.png");

        Assert.Equal(["n01/1.png=0", "n02/1.png=1"], Shown(LabelledImages.Open(_folder.Path, Model(2), ClassNames.Of("labels", ["tench", "hen"]))));
    }

    [Fact]
    public void Fewer_folders_than_classes_and_no_names_are_refused()
    {
        Make("a/1.png", "b/1.png");

        string message = Assert.Throws<DeitException>(() => LabelledImages.Open(_folder.Path, Model(3))).Message;

        Assert.Contains("tiny tells 3 classes apart", message);
        Assert.Contains("has 2 folders", message);
        Assert.Contains("classes.txt", message);
    }

    [Fact]
    public void A_folder_that_is_no_class_is_named_with_the_nearest_one()
    {
        Make("cats/1.png");

        string message = Assert.Throws<DeitException>(() => LabelledImages.Open(_folder.Path, Model(3), ClassNames.Of("a list", ["cat", "dog", "hen"]))).Message;

        Assert.Contains("'cats'", message);
        Assert.Contains("Did you mean 'cat'?", message);
    }

    [Fact]
    public void Folders_without_folders_or_without_images_are_refused()
    {
        Assert.Contains("There is no folder", Assert.Throws<DeitException>(() => LabelledImages.Open(_folder.File("none"), Model(2))).Message);
        Assert.Contains("is empty", Assert.Throws<DeitException>(() => LabelledImages.Open(_folder.Path, Model(2))).Message);
        Make("a/notes.txt", "b/notes.txt");
        Assert.Contains("has no images", Assert.Throws<DeitException>(() => LabelledImages.Open(_folder.Path, Model(2))).Message);
    }

    private static ModelDescription Model(int classes) => TinyModels.Describe("tiny", distilled: false) with { Classes = classes };

    private void Make(params string[] files)
    {
        foreach (string file in files)
        {
            string path = Path.Combine(_folder.Path, file);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, "");
        }
    }

    private static IEnumerable<string> Shown(LabelledImages images) =>
        images.Images.Select(image => $"{Path.GetRelativePath(images.Folder, image.Path).Replace('\\', '/')}={image.Label}");
}
