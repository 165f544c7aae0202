using System.Text.Json;
using Deit.Models;
using Deit.Tests.Support;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Deit.Tests.Models;

/// <summary>Every model of the zoo that has reference numbers agrees with timm: names, shapes, every stage, logits.</summary>
public sealed class ParityTests
{
    private static readonly ModelRegistry Zoo = ModelRegistry.FromAssemblies(typeof(DeitTinyPatch16_224).Assembly);

    // What the pooling and head of each family read; of several that a model has, the first.
    private static readonly string[] FeatureModules = ["norm", "s4", "bn2"];

    public static TheoryData<string, string> ReferenceModels
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (string name in Zoo.Models.Select(static model => model.Description.Name).Where(HasReference))
            {
                data.Add(name, "cpu");
                data.Add(name, "cuda");
            }

            return data;
        }
    }

    [SkippableTheory]
    [MemberData(nameof(ReferenceModels))]
    public void A_model_agrees_with_timm(string name, string deviceName)
    {
        Device device = Devices.Require(deviceName);
        JsonElement reference = ReferenceFile.Read($"models/{name}.json");
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        using IVisionModel model = Zoo.Find(name).Create();
        HashFill.Fill(model.Module);
        model.Module.to(device).eval();

        AssertStateDict(reference, model);
        string[] stages = [.. reference.GetProperty("stages").EnumerateObject().Select(static stage => stage.Name)];
        string[] heads = model is DistilledClassifier ? ["head", "head_dist"] : [];
        Dictionary<string, Tensor> outputs = Capture([.. stages, .. heads], model.Module);
        long[] input = [.. reference.GetProperty("input").EnumerateArray().Select(static extent => extent.GetInt64())];
        Tensor images = HashFill.Images((int)input[0], (int)input[2], (int)input[3]).to(device);

        Golden.AssertLogits(reference.GetProperty("logits"), model.Predict(images).cpu(), "logits");
        foreach ((string stage, Tensor output) in outputs)
        {
            using Tensor kept = output;
            if (stage == "head") Golden.AssertLogits(reference.GetProperty("class_logits"), kept.cpu(), "class logits");
            else if (stage == "head_dist") Golden.AssertLogits(reference.GetProperty("distillation_logits"), kept.cpu(), "distillation logits");
            else Golden.AssertStage(reference.GetProperty("stages").GetProperty(stage), kept.cpu(), stage);
        }

        Assert.Equal(stages.Length + heads.Length, outputs.Count);
    }

    private static bool HasReference(string name) => File.Exists(Path.Combine(AppContext.BaseDirectory, "Reference", "models", $"{name}.json"));

    private static void AssertStateDict(JsonElement reference, IVisionModel model)
    {
        Dictionary<string, Tensor> state = model.Module.state_dict();
        string[] expected = [.. reference.GetProperty("state_dict").EnumerateObject().Select(static entry => $"{entry.Name} {entry.Value.GetRawText()}")];
        Assert.Equal(expected.Order(), state.Select(static entry => $"{entry.Key} [{string.Join(",", entry.Value.shape)}]").Order());

        long parameters = reference.GetProperty("params").GetInt64();
        Assert.Equal(parameters, model.Module.parameters().Sum(static parameter => parameter.numel()));
        Assert.Equal(parameters, model.Description.Parameters);
    }

    /// <summary>The outputs of the modules of these names, filled as the model runs.</summary>
    private static Dictionary<string, Tensor> Capture(string[] stages, nn.Module module)
    {
        var outputs = new Dictionary<string, Tensor>();
        Dictionary<string, nn.Module> modules = module.named_modules().ToDictionary(static pair => pair.name, static pair => pair.module);
        foreach (string stage in stages)
        {
            string source = stage != "features" ? stage : FeatureModules.First(modules.ContainsKey);
            var watched = (nn.Module<Tensor, Tensor>)modules[source];

            // timm's normalisations of an EfficientNet apply its activation themselves.
            bool activates = watched is BatchNorm2d;
            watched.register_forward_hook((_, _, output) => Keep(outputs, stage, output, activates));
        }

        return outputs;
    }

    // A scope inside the model would take the tensor with it: it is freed by the test instead.
    private static Tensor Keep(Dictionary<string, Tensor> outputs, string stage, Tensor output, bool activates)
    {
        outputs[stage] = (activates ? nn.functional.silu(output) : output.clone()).DetachFromDisposeScope();
        return output;
    }
}
