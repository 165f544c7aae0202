using System.Text.Json;
using Deit.Checkpoints;
using Deit.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Tests.Checkpoints;

/// <summary>Files that the format's own writer made.</summary>
public sealed class PublishedSafetensorsTests
{
    [SkippableTheory]
    [InlineData("model.safetensors", ScalarType.Float32)]
    [InlineData("model_fp16.safetensors", ScalarType.Float16)]
    [InlineData("model_bf16.safetensors", ScalarType.BFloat16)]
    public void File_of_another_writer_is_read_to_the_last_element(string name, ScalarType type)
    {
        using var scope = NewDisposeScope();
        Dictionary<string, Tensor> tensors = Safetensors.Load(ReferenceStudent.Find(name));

        foreach (JsonProperty entry in ReferenceStudent.Expected.GetProperty("keys").EnumerateObject())
        {
            Tensor expected = HashFill.Entry(entry.Name, entry.Value.Longs()).to(type);
            TensorAssert.Identical(expected, tensors[entry.Name], entry.Name);
        }

        Assert.Equal(ReferenceStudent.Expected.GetProperty("keys").EnumerateObject().Count(), tensors.Count);
    }

    [SkippableTheory]
    [InlineData("model.safetensors")]
    [InlineData("model_fp16.safetensors")]
    [InlineData("model_bf16.safetensors")]
    public void File_of_another_writer_is_written_again_to_the_byte(string name)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using SafetensorsFile file = Safetensors.Open(ReferenceStudent.Find(name));
        var backwards = file.Names.Reverse().Select(tensor => KeyValuePair.Create(tensor, file.Read(tensor)));
        Safetensors.Save(folder.File(name), backwards, file.Metadata);

        Assert.Equal(File.ReadAllBytes(ReferenceStudent.Find(name)), File.ReadAllBytes(folder.File(name)));
    }
}
