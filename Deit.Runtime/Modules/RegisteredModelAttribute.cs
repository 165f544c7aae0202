namespace Deit;

/// <summary>An assembly's entry for one generated model; written by the generator, read by <see cref="ModelRegistry"/>.</summary>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
public abstract class RegisteredModelAttribute : Attribute
{
    private protected RegisteredModelAttribute(string declaredIn) => DeclaredIn = declaredIn;

    /// <summary>The file that declares the model, relative to the project or to its <c>DeitRoot</c>.</summary>
    public string DeclaredIn { get; }

    /// <summary>The generated class.</summary>
    public abstract Type ModelType { get; }

    /// <summary>What the compiler knows of the model.</summary>
    public abstract ModelDescription Description { get; }

    /// <summary>Makes the model with freshly initialised weights.</summary>
    public abstract IVisionModel Create(ModelOptions? options = null);
}

/// <inheritdoc/>
/// <typeparam name="TModel">The generated class.</typeparam>
/// <param name="declaredIn">The file that declares the model.</param>
public sealed class RegisteredModelAttribute<TModel>(string declaredIn) : RegisteredModelAttribute(declaredIn)
    where TModel : IGeneratedModel<TModel>
{
    /// <inheritdoc/>
    public override Type ModelType => typeof(TModel);

    /// <inheritdoc/>
    public override ModelDescription Description => TModel.Description;

    /// <inheritdoc/>
    public override IVisionModel Create(ModelOptions? options = null) => TModel.Create(options);
}
