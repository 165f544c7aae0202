using Deit.Models;
using Deit.Tests.Support;
using Deit.Tests.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Onnx;

/// <summary>What cannot be exported is refused in one line, and leaves no file.</summary>
public sealed class ExportErrorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_folder_that_does_not_exist_is_named()
    {
        using var model = new DeitDigitsDistilled();
        string path = Path.Combine(_folder.Path, "missing", "model.onnx");

        DeitException exception = Assert.Throws<DeitException>(() => model.ExportOnnx(path));

        Assert.Contains(path, exception.Message);
    }

    [Fact]
    public void A_second_file_that_cannot_be_written_leaves_the_first_as_it_was()
    {
        using var model = new DeitDigitsDistilled();
        string path = _folder.File("model.onnx");
        File.WriteAllText(path, "before");
        Directory.CreateDirectory(path + ".data");

        DeitException exception = Assert.Throws<DeitException>(() => model.ExportOnnx(path, new() { InlineBytes = 0 }));

        Assert.Contains("model.onnx.data", exception.Message);
        Assert.Equal("before", File.ReadAllText(path));
        Assert.Equal(["model.onnx"], _folder.FileNames());
    }

    [Fact]
    public void Labels_of_another_number_than_the_classes_are_refused()
    {
        using var model = new DeitDigitsDistilled();

        AssertRefused("deit_digits_distilled has 10 classes, but there are 2 labels", model, new() { Labels = ["a", "b"] });
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(OnnxOptions.MostInlineBytes + 1)]
    public void Bytes_that_no_file_can_hold_are_refused(long bytes)
    {
        using var model = new DeitDigitsDistilled();

        AssertRefused("must be from 0 to 1879048192", model, new() { InlineBytes = bytes });
    }

    [Fact]
    public void A_class_that_was_not_generated_is_refused()
    {
        using var model = new TinyClassifier();

        AssertRefused("tiny_classifier cannot be exported to ONNX: its class was not generated", model);
    }

    [Fact]
    public void A_module_whose_head_was_replaced_is_refused()
    {
        using var model = new DeitDigitsDistilled();
        using Tensor narrow = zeros(7, 96, device: CPU);
        model.Head.weight = new TorchSharp.Modules.Parameter(narrow);

        AssertRefused("it was declared with 'head.weight' of shape (10, 96), which is (7, 96) by now", model);
    }

    private void AssertRefused(string message, IVisionModel model, OnnxOptions? options = null)
    {
        DeitException exception = Assert.Throws<DeitException>(() => model.ExportOnnx(_folder.File("model.onnx"), options));

        Assert.Contains(message, exception.Message);
        Assert.DoesNotContain('\n', exception.Message);
        Assert.Empty(_folder.FileNames());
    }
}
