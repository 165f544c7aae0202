using Deit.Checkpoints;
using Deit.Tests.Checkpoints;
using Deit.Tests.Support;
using TorchSharp;
using static Deit.Tests.Checkpoints.PickleBytes;
using static TorchSharp.torch;

namespace Deit.Tests.Cli;

public sealed class ConvertTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly TemporaryFolder _folder = new();
    private readonly TorchBytes _torch = new();

    public void Dispose()
    {
        _folder.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void A_checkpoint_becomes_safetensors_and_what_is_left_out_is_told()
    {
        string input = Write(Dict(
            ("model", _torch.State(ReferenceStudent.State())), ("epoch", Int(299)), ("args", Object("argparse", "Namespace", ("lr", Text("5e-4"))))));
        string output = _folder.File("out.safetensors");

        CommandHost.Result result = CommandHost.Run("convert", input, output);

        Assert.Equal("", result.Error);
        Assert.Equal(0, result.ExitCode);
        Assert.Equal($"{output}: 35 tensors from PyTorch (zip), 'model'\nignored: 'epoch' (int), 'args' (argparse.Namespace)\n", result.Output.ReplaceLineEndings("\n"));
        ReferenceStudent.AssertAnswers(output);
        using SafetensorsFile file = Safetensors.Open(output);
        Assert.Equal("pt", file.Metadata["format"]);
    }

    [Theory]
    [InlineData("f16", ScalarType.Float16)]
    [InlineData("bf16", ScalarType.BFloat16)]
    [InlineData("f32", ScalarType.Float32)]
    public void Floating_point_tensors_become_what_is_asked_for_and_counters_stay(string dtype, ScalarType type)
    {
        Tensor weight = ReferenceStudent.State()["head.weight"];
        string input = Write(_torch.State(new Dictionary<string, Tensor>
        {
            ["w"] = weight.to(ScalarType.Float64),
            ["num_batches_tracked"] = torch.tensor(1L << 40, dtype: ScalarType.Int64, device: CPU),
        }));
        string output = _folder.File("out.safetensors");

        Assert.Equal("", CommandHost.Run("convert", input, output, "--dtype", dtype).Error);

        Dictionary<string, Tensor> tensors = Safetensors.Load(output);
        TensorAssert.Identical(weight.to(type), tensors["w"]);
        Assert.Equal(1L << 40, tensors["num_batches_tracked"].item<long>());
    }

    [Fact]
    public void A_number_too_large_for_the_type_is_refused_and_an_infinity_is_not()
    {
        string input = Write(_torch.State(new Dictionary<string, Tensor>
        {
            ["running_var"] = torch.tensor([float.PositiveInfinity, 1e5f], dtype: ScalarType.Float32, device: CPU),
        }));

        CommandHost.Result refused = CommandHost.Run("convert", input, _folder.File("f16"), "--dtype", "f16");
        CommandHost.Result written = CommandHost.Run("convert", input, _folder.File("bf16"), "--dtype", "bf16");

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("tensor 'running_var' holds numbers that are too large for Float16. Choose bf16 or f32.", refused.ErrorLine);
        Assert.False(File.Exists(_folder.File("f16")));
        Assert.Equal(0, written.ExitCode);
    }

    [Theory]
    [InlineData("timm", "blocks.0.ls1.gamma")]
    [InlineData("keep", "module.blocks.0.gamma_1")]
    public void Names_become_timm_s_or_stay(string naming, string name)
    {
        string input = Write(_torch.State([new("module.blocks.0.gamma_1", zeros([2], device: CPU))]));
        string output = _folder.File("out.safetensors");

        CommandHost.Run("convert", input, output, "--naming", naming);

        Assert.Equal([name], Safetensors.Load(output).Keys);
    }

    [Fact]
    public void The_key_chooses_the_dictionary()
    {
        string input = Write(Dict(
            ("model", Dict(("a", _torch.Whole(zeros([1], device: CPU))))), ("model_ema", Dict(("b", _torch.Whole(zeros([1], device: CPU)))))));
        string output = _folder.File("out.safetensors");

        CommandHost.Run("convert", input, output, "--key", "model_ema");
        Assert.Equal(["b"], Safetensors.Load(output).Keys);

        CommandHost.Result wrong = CommandHost.Run("convert", input, output, "--key", "ema");
        Assert.Equal(1, wrong.ExitCode);
        Assert.Contains("under the key 'ema', but under 'model', 'model_ema'", wrong.ErrorLine);
        Assert.Equal(["b"], Safetensors.Load(output).Keys);
    }

    [Fact]
    public void Free_text_of_a_safetensors_file_is_kept()
    {
        string input = _folder.File("in");
        Safetensors.Save(input, [new("a", zeros([1], device: CPU))], new Dictionary<string, string> { ["author"] = "me" });
        string output = _folder.File("out.safetensors");

        Assert.Equal(0, CommandHost.Run("convert", input, output).ExitCode);

        Assert.Equal(File.ReadAllBytes(input), File.ReadAllBytes(output));
    }

    [Fact]
    public void The_input_is_never_written_over_whatever_it_is_called()
    {
        string input = Write(_torch.State([new("a", zeros([1], device: CPU))]));
        byte[] before = File.ReadAllBytes(input);
        string link = _folder.File("link");
        File.CreateSymbolicLink(link, input);
        Directory.CreateSymbolicLink(_folder.File("folder"), _folder.Path);
        string roundabout = Path.Combine(_folder.Path, "folder", "folder", Path.GetFileName(input));

        foreach ((string from, string to) in ((string, string)[])[(input, input), (input, link), (link, input), (input, roundabout), (roundabout, link)])
        {
            CommandHost.Result result = CommandHost.Run("convert", from, to);
            Assert.Equal(2, result.ExitCode);
            Assert.Contains($"'{to}' is the input itself", result.ErrorLine);
        }

        Assert.Equal(before, File.ReadAllBytes(input));
    }

    [Theory]
    [InlineData("--dtype", "f8", "There is no --dtype 'f8'. Did you mean 'f")]
    [InlineData("--naming", "tim", "There is no --naming 'tim'. Did you mean 'timm'?")]
    public void A_wrong_choice_is_a_wrong_command_line(string option, string value, string message)
    {
        CommandHost.Result result = CommandHost.Run("convert", "in", "out", option, value);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(message, result.ErrorLine);
    }

    [Fact]
    public void Forward_takes_a_spec_and_a_checkpoint()
    {
        string weights = Write(Dict(("model", _torch.State(ReferenceStudent.State()))));
        string spec = Spec("student_of_a_spec");
        (string input, string output) = (_folder.File("x"), _folder.File("y"));
        Safetensors.Save(input, [new("input", HashFill.Images(2, 32, 32))]);

        CommandHost.Result result = CommandHost.Run("forward", spec, "--weights", weights, "--input", input, "--output", output);

        Assert.Equal("", result.Error);
        foreach ((string name, Tensor logits) in Safetensors.Load(output))
        {
            Tensors.AssertClose(ReferenceStudent.Expected.GetProperty(name).Doubles(), logits.Values(), 5e-5);
        }
    }

    [Fact]
    public void Forward_is_strict_unless_told_otherwise_and_says_what_did_not_fit()
    {
        Dictionary<string, Tensor> state = ReferenceStudent.State();
        state.Remove("norm.bias");
        string weights = Write(_torch.State(state));
        string spec = Spec("student_to_refuse");
        string input = _folder.File("x");
        Safetensors.Save(input, [new("input", HashFill.Images(1, 32, 32))]);
        string[] command = ["forward", spec, "--weights", weights, "--input", input, "--output", _folder.File("y")];

        CommandHost.Result strict = CommandHost.Run(command);
        command[1] = Spec("student_to_fill");
        CommandHost.Result lenient = CommandHost.Run([.. command, "--strict", "false"]);

        Assert.Equal(1, strict.ExitCode);
        Assert.Contains("1 missing: 'norm.bias'", strict.ErrorLine);
        Assert.Equal(0, lenient.ExitCode);
        Assert.StartsWith("1 missing: 'norm.bias'", lenient.Output);
    }

    private string Spec(string name)
    {
        string path = _folder.File(name + ".yaml");
        File.WriteAllText(path, ReferenceStudent.Spec.Replace("reference_student", name));
        return path;
    }

    private string Write(PickleItem root)
    {
        string path = _folder.File("in.pth");
        File.WriteAllBytes(path, _torch.Zip(root));
        return path;
    }
}
